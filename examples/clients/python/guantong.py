"""贯通平台的客户端，只用标准库 / A client of the platform, standard library only (Python 3.8+).

    from guantong import Client
    client = Client("http://127.0.0.1:8080", "mz-dibao", "密钥")
    answer = client.query("GA-HKRK-001", {"resident_id": "…"}, matter="MZ-DB-001", case="2026-0001")
    print(answer["rows"][0]["items"]["name"]["value"])
    client.check_evidence(answer)
"""

import base64
import hashlib
import hmac
import json
import os
import random
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


class GuantongError(Exception):
    """平台拒绝：code 稳定不变，可据此判断；zh/en 写明原因与处理办法。"""

    def __init__(self, status, error):
        self.status = status
        self.code = error.get("code", "http.%d" % status)
        self.zh = error.get("zh", "")
        self.en = error.get("en", "")
        self.trace = error.get("trace", "")
        self.detail = error
        super().__init__("%s %s %s（追踪号 %s）" % (status, self.code, self.zh or self.en, self.trace))


# Worth another try: the platform or a department's system is busy or away for a moment.
RETRY = {502, 503, 504}
# Ended already or never valid: a new token may help, once.
TOKEN = {"identify.token_expired", "identify.token_revoked", "identify.token"}


class Client:
    def __init__(self, url, client_id, secret, attempts=4, timeout=20):
        self.url = url.rstrip("/")
        self.client_id, self.secret = client_id, secret
        self.attempts, self.timeout = attempts, timeout
        self._token, self._until = None, 0.0
        # The platform is in the government network; no proxy stands between.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def query(self, resource, subject, matter, case, items=None, idempotency_key=None):
        """查询一个主体的信息项 / asks for items of one subject."""
        body = self._body(resource, subject, matter, case)
        if items:
            body["items"] = items
        return self._call("/api/v1/query", body, idempotency_key)

    def verify(self, resource, subject, claims, matter, case, idempotency_key=None):
        """核验：只回答 yes / no / unknown，不返回数据 / checks claims without getting the data."""
        body = self._body(resource, subject, matter, case)
        body["claims"] = claims
        return self._call("/api/v1/verify", body, idempotency_key)

    def query_signed(self, resource, subject, matter, case):
        """同 query，按国家平台的请求头签名，不用令牌 / the same by signed headers, without a token."""
        body = json.dumps(self._body(resource, subject, matter, case)).encode()
        return self._send("POST", "/api/v1/query", body, self.signed_headers(resource, body))

    def signed_headers(self, resource, body):
        """签名覆盖：资源代码、应用标识、毫秒时间、随机数、请求体摘要 / what the signature covers."""
        rtime, nonce = str(int(time.time() * 1000)), secrets.token_hex(16)
        digest = hashlib.sha256(body).hexdigest()
        text = (resource + self.client_id + rtime + nonce + digest).encode()
        sign = hmac.new(self.secret.encode(), text, hashlib.sha256).digest()
        return {
            "gjgxjhpt_rid": self.client_id,
            "gjgxjhpt_sid": resource,
            "gjgxjhpt_rtime": rtime,
            "gjgxjhpt_nonce": nonce,
            "gjgxjhpt_digest": digest,
            "gjgxjhpt_sign": base64.b64encode(sign).decode(),
        }

    def check_evidence(self, answer):
        """在公开存证日志中找到本次调用，核对调用号与答复摘要 / finds this call in the public log.

        日志整体是否完整、签名是否正确，用 guantong verify --url 核验 / the log as a whole: guantong verify --url.
        """
        index = answer["evidence"]["index"]
        checkpoint = self._public("/api/v1/ledger/checkpoint").decode()
        size = int(checkpoint.split("\n")[1])
        if index >= size:
            raise GuantongError(0, {"code": "evidence.missing", "zh": "存证日志中没有这条", "en": "not in the log"})
        number, place = divmod(index, 256)
        width = min(256, size - number * 256)
        name = "%03d" % (number % 1000)
        while number >= 1000:
            number //= 1000
            name = "x%03d/%s" % (number % 1000, name)
        part = "" if width == 256 else ".p/%d" % width
        leaf = entries(self._public("/api/v1/ledger/tile/entries/" + name + part))[place]
        entry = json.loads(leaf)
        if entry.get("call") != answer["call"] or entry.get("agent_digest") != answer["evidence"]["digest"]:
            raise GuantongError(0, {"code": "evidence.differs", "zh": "存证与答复不符", "en": "the entry differs"})
        return entry

    @staticmethod
    def _body(resource, subject, matter, case):
        return {"resource": resource, "subject": subject, "purpose": {"matter": matter}, "case_no": case}

    def _call(self, path, body, key):
        # 同一次办理用同一个键：断线重试不会被当成两次调用 / one key for one question, whatever breaks.
        key = key or secrets.token_hex(16)
        data = json.dumps(body).encode()
        renewed = False
        for attempt in range(self.attempts):
            try:
                headers = {"Authorization": "Bearer " + self._access_token(), "Idempotency-Key": key}
                return self._send("POST", path, data, headers)
            except GuantongError as error:
                if error.code in TOKEN and not renewed:
                    self._token, renewed = None, True
                    continue
                if error.status not in RETRY or attempt + 1 == self.attempts:
                    raise
            except (urllib.error.URLError, OSError):
                if attempt + 1 == self.attempts:
                    raise
            # 0.5、1、2 秒，加一点随机，避免同时重试 / growing pauses with some chance in them.
            time.sleep(0.5 * 2**attempt * (0.5 + random.random()))
        raise GuantongError(401, {"code": "identify.token", "zh": "访问令牌无效", "en": "the token is not accepted"})

    def _access_token(self):
        if self._token is None or time.monotonic() > self._until:
            form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}
            data = urllib.parse.urlencode(form).encode()
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._send("POST", "/api/v1/oauth/token", data, kind)
            self._token = answer["access_token"]
            # 提前一分钟更换 / renewed a minute before its end.
            self._until = time.monotonic() + answer["expires_in"] - 60
        return self._token

    def _send(self, method, path, data, headers):
        headers = {"Content-Type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=self.timeout) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            text = refused.read()
            try:
                error = json.loads(text).get("error", {})
            except ValueError:
                error = {}
            # The token endpoint answers as RFC 6749 has it: a name and a description.
            if isinstance(error, str):
                detail = json.loads(text)
                error = {"code": error, "zh": detail.get("error_description_zh", ""),
                         "en": detail.get("error_description", "")}
            raise GuantongError(refused.code, error) from None

    def _public(self, path):
        with self._opener.open(self.url + path, timeout=self.timeout) as answer:
            return answer.read()


def entries(bundle):
    """条目束：每条前有两字节长度 / a bundle: each entry after its length in two bytes."""
    found = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        found.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    return found


def main():
    if len(sys.argv) != 5:
        sys.exit("用法 / usage: guantong.py <资源代码 resource> <身份证号 resident id> <事项编码 matter> <办件号 case>")
    resource, person, matter, case = sys.argv[1:]
    env = os.environ
    client = Client(env["GUANTONG_URL"], env["GUANTONG_CLIENT_ID"], env["GUANTONG_CLIENT_SECRET"])
    try:
        answer = client.query(resource, {"resident_id": person}, matter, case)
        client.query_signed(resource, {"resident_id": person}, matter, case)
        entry = client.check_evidence(answer)
    except GuantongError as error:
        sys.exit("%s\n%s" % (error.code, error.zh or error.en))
    for row in answer["rows"]:
        for item, cell in row["items"].items():
            print("%s = %s（%s）" % (item, cell.get("value"), cell["state"]))
    print("存证 / evidence: %d %s" % (answer["evidence"]["index"], entry["kind"]))


if __name__ == "__main__":
    main()
