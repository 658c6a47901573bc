"""aiosmtpd_peer.py FOLDER SETTINGS - aiosmtpd on a free port of 127.0.0.1.

Each message that it takes becomes N.json, the envelope, and N.eml, its bytes.
SETTINGS is JSON: certificate, key (STARTTLS), user, password (AUTH over TLS), size,
utf8."""
import asyncio, itertools, json, pathlib, ssl, sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def main(folder, settings):
    numbers = itertools.count()

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            number = next(numbers)
            (folder / f"{number}.eml").write_bytes(envelope.content)
            (folder / f"{number}.json").write_text(json.dumps({
                "from": envelope.mail_from, "to": envelope.rcpt_tos,
                "options": envelope.mail_options, "tls": session.ssl is not None,
                "user": session.auth_data and session.auth_data.login.decode()}))
            return "250 2.0.0 taken"

    def authenticate(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            settings["user"].encode(), settings["password"].encode())
        return AuthResult(success=good, handled=False, auth_data=data)

    context = None
    if "certificate" in settings:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings["certificate"], settings["key"])

    async def serve():
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(Handler(), hostname="peer", tls_context=context,
                         data_size_limit=int(settings.get("size", 33554432)),
                         require_starttls="certificate" in settings,
                         authenticator=authenticate if "user" in settings else None,
                         auth_required="user" in settings),
            "127.0.0.1", 0)
        print("port", server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), json.loads(sys.argv[2]))
