"""A mail relay for tests, a process of its own on aiosmtpd.

It says what a relay may say; how it behaves is asked for by the name before the @ of the address:
  refuse-…   550 at RCPT                  grey-…   451 the first two times, then taken
  slow-…     sits still before answering  drop-…   closes the connection in the middle of DATA, the first time
  policy-…   550 5.7.1 at RCPT            login-…  530 5.7.0 at RCPT
  full-…     452 always                   hang-…   takes the letter and closes without an answer, the first time
Everybody else is taken. Each letter taken is one line of JSON in the log, written out before it is answered.

With --each N a connection is for N letters: then MAIL is answered by 421.

  relay.py LOG [--tls CERT KEY] [--implicit] [--user NAME --password WORD] [--slow SECONDS] [--each N]

Prints its port and serves until it is killed.
"""

import argparse
import asyncio
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, syntax


class Relay:
    def __init__(self, log, slow, each):
        self.log = open(log, "a", buffering=1)
        self.slow = slow
        self.each = each
        self.tries = {}

    def nth(self, address):
        self.tries[address] = self.tries.get(address, 0) + 1
        return self.tries[address]

    def say(self, **line):
        self.log.write(json.dumps(line) + "\n")
        self.log.flush()
        os.fsync(self.log.fileno())

    async def handle_MAIL(self, server, session, envelope, address, options):
        session.mails = getattr(session, "mails", 0) + 1
        if self.each and session.mails > self.each:
            return "421 4.3.2 enough for one connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refuse-"):
            return "550 5.1.1 no such mailbox here"
        if address.startswith("policy-"):
            return "550 5.7.1 not from you"
        if address.startswith("login-"):
            return "530 5.7.0 authentication required"
        if address.startswith("full-"):
            return "452 4.2.2 mailbox full"
        if address.startswith("grey-") and self.nth(address) <= 2:
            return "451 4.7.1 greylisted, come again"
        if address.startswith("slow-"):
            await asyncio.sleep(self.slow)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        to = envelope.rcpt_tos[0]
        self.say(
            id=message["Message-ID"],
            to=to,
            sender=envelope.mail_from,
            subject=message["Subject"],
            auto=message["Auto-Submitted"],
            text=message.get_content(),
            tls=session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
            user=session.auth_data.decode() if isinstance(session.auth_data, bytes) else None,
        )
        if to.startswith("hang-") and self.nth(to) == 1:
            server.transport.abort()
        return "250 OK"


class Dropping(SMTP):
    """Closes in the middle of DATA where the address asks for it."""

    @syntax("DATA")
    async def smtp_DATA(self, arg):
        to = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else ""
        if to.startswith("drop-") and self.event_handler.nth(to) == 1:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


async def main():
    p = argparse.ArgumentParser()
    p.add_argument("log")
    p.add_argument("--tls", nargs=2)
    p.add_argument("--implicit", action="store_true")
    p.add_argument("--user")
    p.add_argument("--password")
    p.add_argument("--slow", type=float, default=30)
    p.add_argument("--each", type=int, default=0)
    p.add_argument("--port", type=int, default=0)
    a = p.parse_args()
    relay = Relay(a.log, a.slow, a.each)
    context = None
    if a.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*a.tls)

    def check(server, session, envelope, mechanism, data):
        good = data.login.decode() == a.user and data.password.decode() == a.password
        return AuthResult(success=good, handled=good, auth_data=data.login)

    def one():
        return Dropping(
            relay,
            hostname="relay.test",
            timeout=120,
            tls_context=None if a.implicit else context,
            require_starttls=bool(context) and not a.implicit,
            auth_required=bool(a.user),
            auth_require_tls=bool(context) and not a.implicit,
            authenticator=check if a.user else None,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(one, "127.0.0.1", a.port, ssl=context if a.implicit else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    try:
        await server.serve_forever()
    except asyncio.CancelledError:
        pass


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
