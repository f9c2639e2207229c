"""TLS: who is let in over it, by which name, and how certificates are changed."""

import re
import signal
import socket
import ssl
import subprocess

import amqp
import pika
import pytest
from pika.exceptions import AMQPConnectionError, ProbableAuthenticationError

from broker_process import BrokerProcess, broker_binary
from certificates import Authority
from expectations import eventually
from operator_commands import operate
from wire import PROTOCOL_HEADER, Peer

# The server says why in an alert, which may be lost when it hangs up.
REFUSALS = (AMQPConnectionError, ssl.SSLError, ConnectionError)

pytestmark = pytest.mark.leveret_only("how TLS is set up differs from broker to broker")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("authority"), "authority")
    authority.certify("server", "/CN=localhost", "DNS:localhost", "IP:127.0.0.1")
    authority.certify("guest", "/CN=guest", "DNS:guest", "email:guest@example.org")
    authority.certify("nobody", "/CN=nobody/O=Example, Inc.")
    return authority


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("stranger"), "stranger")
    authority.certify("guest", "/CN=guest")
    return authority


@pytest.fixture
def serve(tmp_path, authority):
    """Starts daemons which speak TLS, with further arguments."""
    started = []

    def start(*arguments: str, certificate: str = "server", directory: str = "broker") -> BrokerProcess:
        (tmp_path / directory).mkdir(exist_ok=True)
        files = ("--tls-certificate", str(authority.directory / f"{certificate}.pem"),
                 "--tls-key", str(authority.directory / f"{certificate}.key"))
        broker = BrokerProcess(tmp_path / directory, arguments=(*files, "--tls-port", "0", *arguments))
        started.append(broker)
        broker.start()
        return broker

    yield start
    for broker in started:
        broker.close()


@pytest.fixture
def mutual(serve, authority):
    """A daemon which asks its clients for certificates."""
    return serve("--tls-ca", str(authority.certificate), "--tls-verify", "optional", "--tls-login-from", "cn")


def trust(authority, client=None, name="guest"):
    """What a client trusts, and what it shows."""
    context = ssl.create_default_context(cafile=authority.certificate)
    if client is not None:
        context.load_cert_chain(client.directory / f"{name}.pem", client.directory / f"{name}.key")
    return context


def parameters(broker, context, host="localhost", **options):
    ssl_options = pika.SSLOptions(context, host)
    return pika.ConnectionParameters("127.0.0.1", broker.tls_port, ssl_options=ssl_options, **options)


def test_pika_publishes_and_gets_over_tls(serve, authority, name):
    broker = serve()
    with pika.BlockingConnection(parameters(broker, trust(authority))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        queue = channel.queue_declare(name("queue"), exclusive=True).method.queue
        body = bytes(range(256)) * 4096
        channel.basic_publish("", queue, body)
        assert channel.basic_get(queue, auto_ack=True)[2] == body


def test_py_amqp_publishes_and_gets_over_tls(serve, authority, name):
    broker = serve()
    options = {"ca_certs": str(authority.certificate), "cert_reqs": ssl.CERT_REQUIRED, "server_hostname": "localhost"}
    with amqp.Connection(f"127.0.0.1:{broker.tls_port}", ssl=options) as connection:
        channel = connection.channel()
        queue = channel.queue_declare(name("queue"), exclusive=True).queue
        channel.basic_publish_confirm(amqp.Message(b"hello"), routing_key=queue)
        assert channel.basic_get(queue, no_ack=True).body == b"hello"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_are_spoken(serve, authority, version):
    context = trust(authority)
    context.minimum_version = context.maximum_version = version
    pika.BlockingConnection(parameters(serve(), context)).close()


def test_the_plain_port_stays_beside_it_unless_it_is_not_wanted(serve, authority):
    broker = serve()
    pika.BlockingConnection(pika.URLParameters(broker.url)).close()
    only = serve("--tls-only", directory="only")
    assert only.port == 0 and only.tls_port != 0
    pika.BlockingConnection(parameters(only, trust(authority))).close()


def test_a_client_which_trusts_another_authority_does_not_connect(serve, stranger):
    with pytest.raises(ssl.SSLCertVerificationError):
        pika.BlockingConnection(parameters(serve(), trust(stranger)))


def test_a_client_which_expects_another_host_does_not_connect(serve, authority):
    with pytest.raises(ssl.SSLCertVerificationError):
        pika.BlockingConnection(parameters(serve(), trust(authority), host="example.org"))


def test_a_client_certificate_logs_in_without_a_password(mutual, authority):
    credentials = pika.credentials.ExternalCredentials()
    login = parameters(mutual, trust(authority, authority), credentials=credentials)
    with pika.BlockingConnection(login) as connection:
        connection.channel()


def test_py_amqp_logs_in_by_its_certificate(mutual, authority):
    options = {"ca_certs": str(authority.certificate), "cert_reqs": ssl.CERT_REQUIRED, "server_hostname": "localhost",
               "certfile": str(authority.directory / "guest.pem"), "keyfile": str(authority.directory / "guest.key")}
    address = f"127.0.0.1:{mutual.tls_port}"
    with amqp.Connection(address, ssl=options, login_method="EXTERNAL", userid="", password="") as connection:
        connection.channel()


def test_a_certificate_which_names_no_user_does_not_log_in(mutual, authority):
    credentials = pika.credentials.ExternalCredentials()
    with pytest.raises(ProbableAuthenticationError):
        pika.BlockingConnection(parameters(mutual, trust(authority, authority, "nobody"), credentials=credentials))


@pytest.mark.parametrize("source, arguments", [
    ("the distinguished name", ()), ("an alternative name", ("--tls-login-from", "san")),
])
def test_the_name_that_logs_in_comes_from_where_it_is_asked_for(serve, authority, source, arguments):
    broker = serve("--tls-ca", str(authority.certificate), *arguments)
    login = parameters(broker, trust(authority, authority), credentials=pika.credentials.ExternalCredentials())
    if source == "an alternative name":
        pika.BlockingConnection(login).close()
        return
    with pytest.raises(ProbableAuthenticationError):
        pika.BlockingConnection(login)
    assert "leveret_user=CN=guest" in broker.error_tail()
    operate(broker, "add_user", "CN=guest", stdin="never used")
    operate(broker, "set_permissions", "CN=guest", ".*", ".*", ".*")
    pika.BlockingConnection(login).close()


def test_external_is_offered_only_for_a_verified_certificate(mutual, authority):
    assert "EXTERNAL" in mechanisms(mutual, trust(authority, authority))
    assert "EXTERNAL" not in mechanisms(mutual, trust(authority))
    plain = Peer(mutual.host, mutual.port)
    plain.start()
    assert "EXTERNAL" not in plain.mechanisms
    plain.hang_up()


def mechanisms(broker, context):
    peer = Peer(broker.host, broker.tls_port, lambda plain: context.wrap_socket(plain, server_hostname="localhost"))
    peer.start()
    peer.hang_up()
    return peer.mechanisms


@pytest.mark.parametrize("verify", ["optional", "required"])
def test_a_certificate_of_another_authority_is_refused(serve, authority, stranger, verify):
    broker = serve("--tls-ca", str(authority.certificate), "--tls-verify", verify)
    with pytest.raises(REFUSALS):
        pika.BlockingConnection(parameters(broker, trust(authority, stranger)))
    eventually(lambda: "comes from an authority not trusted here" in broker.error_tail(), "the reason in the log")


def test_a_client_without_a_certificate_is_refused_where_one_is_required(serve, authority):
    broker = serve("--tls-ca", str(authority.certificate))
    with pytest.raises(REFUSALS):
        pika.BlockingConnection(parameters(broker, trust(authority)))
    eventually(lambda: "the peer sent no certificate" in broker.error_tail(), "the reason in the log")


@pytest.fixture
def many_named(serve, authority):
    """A daemon with certificates of their own for two names, and one that is good for nothing but a third."""
    authority.certify("usual", "/CN=usual", "DNS:localhost")
    authority.certify("shop", "/CN=shop", "DNS:shop.example.org")
    authority.certify("any", "/CN=any", "DNS:*.example.net")
    files = [f"{name}={authority.directory}/{file}.pem,{authority.directory}/{file}.key"
             for name, file in (("shop.example.org", "shop"), ("*.Example.net", "any"))]
    return serve("--tls-server-names", ";".join(files), certificate="usual")


def shown_name(broker, authority, asked_for) -> str:
    """The common name in the certificate that a client is shown which asks for the server by this name."""
    context = trust(authority)
    context.check_hostname = False
    with socket.create_connection((broker.host, broker.tls_port), 20) as plain:
        with context.wrap_socket(plain, server_hostname=asked_for) as secure:
            return dict(part[0] for part in secure.getpeercert()["subject"])["commonName"]


@pytest.mark.parametrize("asked_for, shown", [
    ("shop.example.org", "shop"), ("SHOP.example.org", "shop"), ("a.example.net", "any"), ("b.example.net", "any"),
    ("example.net", "usual"), ("a.b.example.net", "usual"), ("localhost", "usual"), ("other.example.org", "usual"),
    (None, "usual"),
])
def test_a_client_is_shown_the_certificate_of_the_name_that_it_asks_for(many_named, authority, asked_for, shown):
    assert shown_name(many_named, authority, asked_for) == shown


def test_clients_connect_by_each_name(many_named, authority):
    for host in ("localhost", "shop.example.org", "a.example.net"):
        pika.BlockingConnection(parameters(many_named, trust(authority), host=host)).close()
    with pytest.raises(ssl.SSLCertVerificationError):
        pika.BlockingConnection(parameters(many_named, trust(authority), host="a.example.org"))


def test_our_client_tells_the_name_that_it_asks_for(many_named, authority):
    def publish(name):
        url = (f"amqps://guest:guest@localhost:{many_named.tls_port}?cacertfile={authority.certificate}"
               f"&server_name_indication={name}")
        command = [str(broker_binary()), "publish", "--queue", "hello", "--declare", "hi", "--url", url]
        return subprocess.run(command, capture_output=True, text=True, timeout=30)

    # Only the certificate of the name is good for it.
    for name in ("localhost", "shop.example.org", "a.example.net"):
        assert publish(name).returncode == 0
    refused = publish("unknown.example.org")
    assert refused.returncode == 3 and "certificate" in refused.stderr


def test_certificates_by_name_are_read_again_too(serve, authority):
    authority.certify("moving", "/CN=before", "DNS:moving.example.org")
    files = f"moving.example.org={authority.directory}/moving.pem,{authority.directory}/moving.key"
    broker = serve("--tls-server-names", files)
    assert shown_name(broker, authority, "moving.example.org") == "before"
    authority.certify("moving", "/CN=after", "DNS:moving.example.org")
    broker.process.send_signal(signal.SIGHUP)
    eventually(lambda: "read the certificate again" in broker.error_tail(), "the reload")
    assert shown_name(broker, authority, "moving.example.org") == "after"


@pytest.mark.parametrize("names, problem", [
    ("shop.example.org", "must be of the form NAME=CERTIFICATE,KEY"),
    ("shop.example.org=only.pem", "must be of the form NAME=CERTIFICATE,KEY"),
    ("shop.example.org=missing.pem,missing.key", "missing.pem"),
])
def test_names_that_make_no_sense_are_told_at_the_start(serve, names, problem):
    with pytest.raises(AssertionError, match=re.escape(problem)):
        serve("--tls-server-names", names)


def test_a_new_certificate_is_taken_at_sighup_and_connections_go_on(serve, authority, name):
    authority.certify("changing", "/CN=localhost", "DNS:localhost")
    broker = serve(certificate="changing")
    with pika.BlockingConnection(parameters(broker, trust(authority))) as connection:
        channel = connection.channel()
        authority.certify("changing", "/CN=localhost", "DNS:changed.example.org")
        broker.process.send_signal(signal.SIGHUP)
        eventually(lambda: "read the certificate again" in broker.error_tail(), "the reload")
        pika.BlockingConnection(parameters(broker, trust(authority), host="changed.example.org")).close()
        channel.queue_declare(name("queue"), exclusive=True)


def test_a_bad_certificate_at_sighup_changes_nothing(serve, authority):
    certificate, _ = authority.certify("broken", "/CN=localhost", "DNS:localhost")
    broker = serve(certificate="broken")
    certificate.write_text("nonsense")
    broker.process.send_signal(signal.SIGHUP)
    eventually(lambda: "the certificate stays as it was" in broker.error_tail(), "the refusal in the log")
    pika.BlockingConnection(parameters(broker, trust(authority))).close()


@pytest.mark.parametrize("first_bytes, reason", [
    (b"GET / HTTP/1.1\r\n\r\n", "it speaks HTTP"), (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "it speaks TLS"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "it does not begin like AMQP"),
])
def test_what_does_not_speak_amqp_on_the_plain_port_is_named_in_the_log(fresh_broker, first_bytes, reason):
    peer = Peer(fresh_broker.host, fresh_broker.port)
    peer.send(first_bytes)
    assert peer.read_until_end() == PROTOCOL_HEADER
    eventually(lambda: f"leveret_reason={reason}" in fresh_broker.error_tail(), "the reason in the log")


def test_what_does_not_speak_tls_on_its_port_is_named_in_the_log(serve):
    broker = serve()
    peer = Peer(broker.host, broker.tls_port)
    peer.send(PROTOCOL_HEADER)
    peer.read_until_end()
    eventually(lambda: "the peer does not speak TLS" in broker.error_tail(), "the reason in the log")


def test_a_socket_file_is_served_too(tmp_path, name):
    path = tmp_path / "amqp.sock"
    broker = BrokerProcess(tmp_path, arguments=("--unix-socket", str(path)))
    broker.start()
    try:
        peer = Peer.on_socket_file(str(path))
        peer.log_in()
        peer.open_channel(1)
        peer.declare_queue(1, name("queue"), exclusive=True)
        peer.close()
        assert broker.stop() == 0
        assert not path.exists()
    finally:
        broker.close()
