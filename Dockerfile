# The emulator in a container: docs/container.md says how to use it.
# No RUN needs root, an absolute path or anything but Python, so that a test takes the same steps without an engine.

FROM python:3.13-slim AS build
WORKDIR /build
COPY . source
RUN pip install --no-cache-dir --no-compile --disable-pip-version-check --prefix install ./source
# By their content, because a copy into the next stage may change the times that Python compares otherwise.
RUN python -m compileall -q --invalidation-mode unchecked-hash install
# OpenShift runs a container under any number, in group 0: that may write as well, and files made there belong to it.
RUN mkdir data init && chmod 2775 data

FROM python:3.13-slim
LABEL org.opencontainers.image.title="case-emulator" \
      org.opencontainers.image.description="A local stand-in for the Create Case APIs of APLYiD Workflow and Sphinx" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /build/install /usr/local
COPY --from=build /build/init /etc/case-emulator/init
COPY --from=build --chown=10001:0 /build/data /data
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
