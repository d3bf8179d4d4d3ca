#!/bin/sh
# 查询一个人的信息 / Asks about one person. 用法 / usage:
#   GUANTONG_URL=http://127.0.0.1:8080 GUANTONG_CLIENT_ID=… GUANTONG_CLIENT_SECRET=… \
#   ./curl.sh <资源代码 resource> <身份证号 resident id> <事项编码 matter> <办件号 case>
set -eu

url=${GUANTONG_URL:?}; client=${GUANTONG_CLIENT_ID:?}; secret=${GUANTONG_CLIENT_SECRET:?}
resource=${1:?resource}; person=${2:?resident id}; matter=${3:?matter}; case_no=${4:?case}

# The secret goes in by a file on standard input, so that the list of processes does not show it.
token=$(printf 'user = "%s:%s"\n' "$client" "$secret" |
    curl -sS --fail-with-body --noproxy '*' -K - -d grant_type=client_credentials "$url/api/v1/oauth/token" |
    sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
[ -n "$token" ] || { echo '没有取得访问令牌，请核对应用标识和密钥 / no access token; check id and secret' >&2; exit 1; }

# One key for one question: a repetition after a broken connection is then no second call.
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
body=$(printf '{"resource":"%s","subject":{"resident_id":"%s"},"purpose":{"matter":"%s"},"case_no":"%s"}' \
    "$resource" "$person" "$matter" "$case_no")

printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl -sS --fail-with-body --noproxy '*' -K - \
        --retry 4 --retry-connrefused --max-time 20 \
        -H 'Content-Type: application/json' -H "Idempotency-Key: $key" \
        -d "$body" "$url/api/v1/query"
echo
