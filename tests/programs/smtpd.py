#!/usr/bin/python3
"""A mail server that keeps what it gets: smtpd.py FOLDER [OPTION ...]

Prints its port, listens on 127.0.0.1, and ends at the end of its input. Each mail becomes FOLDER/N (1, 2, ...): a line
"FROM TO ...", then the mail; FOLDER/quit is there when somebody has said QUIT. A recipient `nobody@...` is refused,
`later@...` is refused for now. Options:

  cert=FILE key=FILE  STARTTLS          smtps     TLS from the beginning
  login=USER:WORD     needs a login     deaf      does not answer QUIT
  mute                no greeting       no-tls    does not offer STARTTLS
  down-if=FILE        closes each connection while there is that file
  mute-if=FILE        is mute while there is
  slow=SECONDS        thinks about each mail for so long
  utf8                takes addresses in other letters, and keeps whether it was told of them: "FROM TO ... SMTPUTF8"
"""
import asyncio
import logging
import os
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

logging.disable()
warnings.simplefilter("ignore")
options = dict(word.partition("=")[::2] for word in sys.argv[2:])


class Keep:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, _):
        if address.startswith("nobody@"):
            return "550 5.1.1 there is no " + address
        if address.startswith("later@"):
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        Keep.count += 1
        path = os.path.join(sys.argv[1], str(Keep.count))
        with open(path + ".new", "wb") as out:
            told = ["SMTPUTF8"] if envelope.smtp_utf8 else []
            out.write(" ".join([envelope.mail_from] + envelope.rcpt_tos + told).encode() + b"\n" + envelope.content)
        os.rename(path + ".new", path)
        await asyncio.sleep(float(options.get("slow", 0)))
        return "250 kept"


class Server(SMTP):
    async def _handle_client(self):
        if os.path.exists(options.get("down-if", "")):
            self.transport.close()
            return
        if "mute" in options or os.path.exists(options.get("mute-if", "")):
            await asyncio.sleep(1000)
        await super()._handle_client()

    async def smtp_QUIT(self, argument):
        if "deaf" in options:
            await asyncio.sleep(1000)
        open(os.path.join(sys.argv[1], "quit"), "w").close()
        await super().smtp_QUIT(argument)


def check_login(server, session, envelope, mechanism, data):
    given = data.login.decode() + ":" + data.password.decode()
    return AuthResult(success=given == options["login"], handled=False)


def tls():
    if "cert" not in options:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["cert"], options["key"])
    return context


def protocol():
    more = {}
    if "login" in options:
        more = {"authenticator": check_login, "auth_required": True, "auth_require_tls": False}
    more["enable_SMTPUTF8"] = "utf8" in options
    return Server(Keep(), tls_context=None if "smtps" in options or "no-tls" in options else tls(), **more)


async def main():
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    loop.add_reader(0, end.set)  # nobody writes: it is the end
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls() if "smtps" in options else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await end.wait()
    os._exit(0)


asyncio.run(main())
