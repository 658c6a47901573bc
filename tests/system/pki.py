"""pki.py - certificates for tests: good ones, and one for each way to be bad."""
import atexit, functools, pathlib, shutil, ssl, tempfile

from harness import need, run

NAMES = ("localhost", "127.0.0.1", "::1")

# What each server certificate is like: lines of a certtool template, who signs
# it, and the names that it is for.
KINDS = {
    "good": (["expiration_days = 2"], "ca", NAMES),
    "expired": (['activation_date = "2020-01-01 00:00:00 UTC"',
                 'expiration_date = "2020-02-01 00:00:00 UTC"'], "ca", NAMES),
    "early": (['activation_date = "2090-01-01 00:00:00 UTC"',
               'expiration_date = "2091-01-01 00:00:00 UTC"'], "ca", NAMES),
    "elsewhere": (["expiration_days = 2"], "ca", ("elsewhere.example",)),
    "foreign": (["expiration_days = 2"], "other-ca", NAMES),
    "self-signed": (["expiration_days = 2"], None, NAMES),
    "client": (["expiration_days = 2", "tls_www_client"], "ca", ()),
}


def certtool(*arguments):
    status, out, err = run(["certtool", *arguments])
    assert status == 0, (out + err).decode()


class Pki:
    """Files of a folder: NAME.pem, NAME.key; the CAs are ca and other-ca."""

    def __init__(self):
        need("certtool")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fil-pki-"))
        atexit.register(shutil.rmtree, self.folder, True)
        for ca in ("ca", "other-ca"):
            self._make(ca, ["cn = " + ca, "ca", "cert_signing_key",
                            "expiration_days = 2"], None)
        for kind, (lines, signer, names) in KINDS.items():
            lines = [*lines, "cn = test", "signing_key", "tls_www_server"]
            for name in names:
                what = "ip_address" if name[0].isdigit() or ":" in name else "dns_name"
                lines.append(f"{what} = {name}")
            self._make(kind, lines, signer)

    def __call__(self, name, kind="pem"):
        return self.folder / f"{name}.{kind}"

    def _make(self, name, lines, signer):
        template = self.folder / "template"
        template.write_text("\n".join(lines) + "\n")
        certtool("--generate-privkey", "--key-type=ecdsa", "--outfile", self(name, "key"))
        how = ["--generate-self-signed"] if signer is None else [
            "--generate-certificate", "--load-ca-certificate", self(signer),
            "--load-ca-privkey", self(signer, "key")]
        certtool(*how, "--load-privkey", self(name, "key"), "--template", template,
                 "--outfile", self(name))

    def context(self, name, version=None):
        """For a server that shows this certificate; TLS 1.3 or only version."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self(name), self(name, "key"))
        if version:
            context.minimum_version = context.maximum_version = version
        return context


@functools.cache
def pki():
    return Pki()
