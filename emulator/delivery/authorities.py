"""The authorities whose certificates of receivers are trusted, besides the public ones."""

import ssl
from pathlib import Path

from emulator.person_files import other_encoding

BEGIN = b"-----BEGIN CERTIFICATE-----"
MOST_BYTES = 1 << 20
OTHER_NAME = {62, 64}  # OpenSSL: X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH


class NoAuthority(Exception):
    """The file holds no certificate; the text says so and what to do."""


def read_authorities(file: Path) -> str | bytes:
    """Return the certificates in a file, as PEM or DER, in the form that `ssl` takes; raise NoAuthority."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES)
    except OSError as error:
        raise NoAuthority(f"{file} cannot be read: {error.strerror or error}") from error
    # A file may begin with a mark, and say in any encoding what each certificate is.
    authorities = content[content.index(BEGIN) :].decode("ascii", "ignore") if BEGIN in content else content
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=authorities)
    except (ssl.SSLError, ValueError) as error:
        encoding = other_encoding(content)
        if encoding:
            raise NoAuthority(f"{file} is written in {encoding}: save it as UTF-8") from error
        raise NoAuthority(
            f"{file} holds no certificate: a file with -----BEGIN CERTIFICATE----- is needed, as in "
            '"$(mkcert -CAROOT)/rootCA.pem", or what `dotnet dev-certs https --format PEM` exports'
        ) from error
    return authorities


def trust_also(context: ssl.SSLContext, authorities: str | bytes | None) -> ssl.SSLContext:
    """Return the TLS context of a client, which now trusts these authorities too."""
    if authorities:
        context.load_verify_locations(cadata=authorities)
        # The certificate may be that of the receiver itself, and made by a tool that is not strict.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def why_untrusted(error: ssl.SSLCertVerificationError) -> str:
    """Return what is wrong with the certificate of a receiver, and what to do about it."""
    if error.verify_code in OTHER_NAME:
        return f"a certificate for another name ({error.verify_message}): call it by a name in its certificate"
    return (
        f"a certificate that cannot be trusted ({error.verify_message}): start with --webhook-ca-file and the "
        "certificate of its authority (SSL_CERT_FILE is not read), or use http:// on this machine"
    )
