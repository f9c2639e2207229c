"""Throw-away certificates, made with the command `openssl`."""

from __future__ import annotations

import subprocess
from pathlib import Path

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Authority:
    """Vouches for certificates which it makes in its directory."""

    def __init__(self, directory: Path, name: str):
        self.directory = directory
        self.certificate = directory / f"{name}.pem"
        self.key = directory / f"{name}.key"
        openssl("req", "-x509", *NEW_KEY, "-keyout", self.key, "-out", self.certificate, "-days", "2",
                "-subj", f"/CN={name}")

    def certify(self, name: str, subject: str, *alternative_names: str) -> tuple[Path, Path]:
        """Makes a certificate and its key; an earlier one of that name is replaced."""
        key, request = self.directory / f"{name}.key", self.directory / f"{name}.csr"
        certificate, extensions = self.directory / f"{name}.pem", self.directory / f"{name}.ext"
        extensions.write_text("subjectAltName=" + ",".join(alternative_names or [f"DNS:{name}"]) + "\n")
        openssl("req", *NEW_KEY, "-keyout", key, "-out", request, "-subj", subject)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                "-days", "2", "-extfile", extensions, "-out", certificate)
        return certificate, key


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
