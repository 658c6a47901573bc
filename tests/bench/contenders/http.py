"""http.py - HTTP clients: the file at.remote goes to at.out."""
from contender import contender


def url(at):
    return f"http://127.0.0.1:{at.upstream}/{at.remote}"


@contender("http", kind="ours")
def fil(at):
    return [at.fil("fil-gethttp"), "-q", "-f", "-o", at.out, url(at)]


@contender("http", package="curl")
def curl(at):
    return [at.program("curl"), "-s", "-S", "-f", "-o", at.out, url(at)]


@contender("http", package="wget")
def wget(at):
    return [at.program("wget"), "-q", "-O", at.out, url(at)]


@contender("http-server", package="nginx")
def nginx(at):
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"  {kind}_temp_path {at.work}/{kind};\n" for kind in kinds)
    return [at.program("nginx"), "-p", f"{at.work}/", "-c", at.config(f"""daemon off;
worker_processes 1;
error_log {at.work}/err.log;
pid {at.work}/pid;
user root;
events {{ worker_connections 64; }}
http {{
  access_log off;
  sendfile on;
{folders}  server {{ listen 127.0.0.1:{at.port}; root {at.tree}/ftp; }}
}}
""")]
