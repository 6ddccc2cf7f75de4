"""Receivers with a certificate of their own (mkcert, dotnet dev-certs), trusted by --webhook-ca-file."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emulator.delivery.authorities import NoAuthority, read_authorities
from emulator.delivery.reachability import find_obstacle
from emulator.delivery.targets import Targets
from emulator.settings import BadSetting
from tests.commands import run
from tests.delivery.test_receiver_matrix import tls_of
from tests.emulators import Emulator, served
from tests.receivers import receiving
from tests.waiting import wait_until

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def in_der(authority: trustme.CA) -> bytes:
    return x509.load_pem_x509_certificate(authority.cert_pem.bytes()).public_bytes(DER)


def own_certificate(folder: Path) -> tuple[ssl.SSLContext, bytes]:
    """A certificate as `dotnet dev-certs` makes it: signed by itself, and no authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(names, critical=True)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    certificate = made.sign(key, hashes.SHA256()).public_bytes(PEM)
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(private + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context, certificate


def arrives(context: ssl.SSLContext, file: Path) -> None:
    """A webhook arrives there, and `doctor` finds nothing in its way."""
    with receiving(tls=context) as receiver, served(webhook_url=receiver.url, webhook_ca_file=str(file)) as emulator:
        emulator.aplyid.open_case()
        assert receiver.next().json["case_id"] == 1024
        assert find_obstacle(Targets(frozenset(), authorities=read_authorities(file)), receiver.url) is None


def failed_attempts(emulator: Emulator) -> list[str]:
    [delivery] = emulator.control("GET", "deliveries").json()["deliveries"] or [{"attempts": []}]
    return [attempt["error"] for attempt in delivery["attempts"]]


def test_a_receiver_of_an_authority_of_ones_own_is_sent_webhooks(authority: trustme.CA, tmp_path: Path) -> None:
    context = tls_of(authority.issue_cert("127.0.0.1"))
    (tmp_path / "rootCA.pem").write_bytes(authority.cert_pem.bytes())
    arrives(context, tmp_path / "rootCA.pem")


def test_a_receiver_with_a_certificate_signed_by_itself_is_sent_webhooks(tmp_path: Path) -> None:
    context, certificate = own_certificate(tmp_path)
    (tmp_path / "dev.pem").write_bytes(certificate)
    arrives(context, tmp_path / "dev.pem")


@pytest.mark.parametrize("form", ["DER", "Windows", "commented", "several"])
def test_the_file_may_be_in_any_usual_form(authority: trustme.CA, tmp_path: Path, form: str) -> None:
    pem = authority.cert_pem.bytes()
    content = {
        "DER": in_der(authority),
        "Windows": b"\xef\xbb\xbf" + pem.replace(b"\n", b"\r\n"),
        "commented": "Autorität für Tests\n".encode("latin-1") + pem,
        "several": trustme.CA().cert_pem.bytes() + pem,
    }[form]
    (tmp_path / "ca").write_bytes(content)
    arrives(tls_of(authority.issue_cert("127.0.0.1")), tmp_path / "ca")


def test_only_that_authority_is_trusted_besides_the_public_ones(authority: trustme.CA, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    other = tls_of(trustme.CA().issue_cert("127.0.0.1"))
    with receiving(tls=other) as receiver:
        told = find_obstacle(Targets(frozenset(), authorities=read_authorities(tmp_path / "ca.pem")), receiver.url)
    assert "--webhook-ca-file" in (told or "")
    assert "SSL_CERT_FILE is not read" in (told or "")


def test_a_certificate_for_another_name_is_told_from_one_that_is_not_trusted(
    authority: trustme.CA, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    context = tls_of(authority.issue_cert("localhost"))
    file = str(tmp_path / "ca.pem")
    with (
        receiving(tls=context) as receiver,
        served(webhook_url=receiver.url, webhook_ca_file=file, retry="once") as emulator,
    ):
        emulator.aplyid.open_case()
        wait_until(lambda: failed_attempts(emulator) != [])
        [error] = failed_attempts(emulator)
    assert "a certificate for another name" in error


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n", b"\x30\x82" * 99])
def test_a_file_without_a_certificate_stops_the_start(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(content)
    with pytest.raises(NoAuthority):
        read_authorities(file)
    with (
        pytest.raises(BadSetting, match=r"--webhook-ca-file .*holds no certificate.*mkcert"),
        served(webhook_ca_file=str(file)),
    ):
        pass


def test_a_file_that_is_not_there_ends_the_command_with_2_and_doctor_says_so(tmp_path: Path) -> None:
    flags = ("--port", "0", "--webhook-ca-file", "nowhere.pem")
    done = run(tmp_path, "serve", *flags)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--webhook-ca-file nowhere.pem cannot be read: No such file" in done.stderr
    assert "--webhook-ca-file nowhere.pem cannot be read" in run(tmp_path, "doctor", *flags, COLUMNS="200").stdout


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_certificate_that_powershell_copied_is_refused_by_the_name_of_its_encoding(
    authority: trustme.CA, tmp_path: Path, encoding: str
) -> None:
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes().decode().encode(encoding))
    with pytest.raises(NoAuthority, match=r"ca\.pem is written in UTF-16: save it as UTF-8"):
        read_authorities(tmp_path / "ca.pem")
