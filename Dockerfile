# The emulator in a container: docs/container.md says how to use it.
# `make test-image` builds it and runs it, on a Python of Debian's; name the Python image of your own registry likewise.

ARG PYTHON_IMAGE=python:3.13-slim
# What is installed besides: `--build-arg EXTRAS=postgres` for an emulator that several processes share (docs/shared.md).
ARG EXTRAS=
FROM ${PYTHON_IMAGE} AS build
ARG EXTRAS
WORKDIR /build
COPY . source
RUN pip install --no-cache-dir --no-compile --disable-pip-version-check --prefix install "./source${EXTRAS:+[$EXTRAS]}" \
    && rm -rf install/share/man
# By their content, because a copy into the next stage may change the times that Python compares otherwise.
RUN python -m compileall -q --invalidation-mode unchecked-hash install

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="case-emulator" \
      org.opencontainers.image.description="A local stand-in for the Create Case APIs of APLYiD Workflow and Sphinx" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /build/install /usr/local
# OpenShift runs a container under any number, in group 0: that may write as well, and files made there belong to it.
# Made here, because engines do not agree on whether COPY keeps the rights of a folder that it makes.
RUN mkdir -p /data /etc/case-emulator/init && chown 10001:0 /data && chmod 2775 /data
WORKDIR /data
# What is installed shows that it works; besides, Python keeps the bytecode of its own library, which comes without.
RUN case-emulator run -- case-emulator reset
# In here everybody else is outside: publish the port on 127.0.0.1 only, or set CASE_EMULATOR_CONTROL_TOKEN.
ENV CASE_EMULATOR_HOST=0.0.0.0 \
    CASE_EMULATOR_INSECURE_NO_TOKEN=1 \
    CASE_EMULATOR_INIT_FOLDER=/etc/case-emulator/init \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/tmp
USER 10001:10001
EXPOSE 8642
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s CMD ["case-emulator", "healthcheck"]
ENTRYPOINT ["case-emulator", "serve"]
