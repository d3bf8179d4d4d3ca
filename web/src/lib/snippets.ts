// Programs in three languages that ask for one resource; the reader puts in the client id and its secret.
import type { Kind } from '@/api'
import { kindName } from './kind'

/** What the programs need to know of a resource. */
interface Asked {
  code: string
  items: { item: string; is_key: boolean; kind?: Kind }[]
}

export type SnippetLanguage = 'curl' | 'python' | 'java'

/** A value that cannot end the string it stands in. */
function safe(text: string): string {
  return text.replace(/[\\'"$`\r\n]/g, '')
}

/** Made-up numbers with a right check character, by kind of key. */
const EXAMPLES: Record<string, string> = { resident_id: '11010519491231002X', credit_code: '91330199MA0000000R' }

/** What the programs send: the first key, the items that are not keys, and places to fill in. */
export function exampleBody(resource: Asked): object {
  const keys = resource.items.filter((item) => item.is_key)
  const key = keys.find((item) => item.kind && EXAMPLES[kindName(item.kind)]) ?? keys[0] ?? resource.items[0]
  const others = resource.items.filter((item) => item !== key).slice(0, 3)
  return {
    resource: safe(resource.code),
    subject: { [safe(key?.item ?? 'resident_id')]: EXAMPLES[kindName(key?.kind)] ?? 'KEY-VALUE' },
    items: (others.length ? others : key ? [key] : []).map((item) => safe(item.item)),
    purpose: { matter: 'MATTER-CODE', basis: 'LEGAL-BASIS' },
    case_no: '2026-0001',
  }
}

export function snippets(origin: string, resource: Asked): Record<SnippetLanguage, string> {
  const body = exampleBody(resource)
  const pretty = JSON.stringify(body, null, 2)
  const compact = JSON.stringify(body)
  const curl = `TOKEN=$(curl -s ${origin}/api/v1/oauth/token \\
  -d grant_type=client_credentials \\
  -d client_id="$CLIENT_ID" -d client_secret="$CLIENT_SECRET" \\
  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

curl -s ${origin}/api/v1/query \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "Idempotency-Key: $(date +%s%N)" \\
  -d '${pretty}'`
  const python = `import json, os, urllib.parse, urllib.request, uuid

BASE = "${origin}"

def send(path, data, headers):
    request = urllib.request.Request(BASE + path, data=data, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)

token = send("/api/v1/oauth/token", urllib.parse.urlencode({
    "grant_type": "client_credentials",
    "client_id": os.environ["CLIENT_ID"],
    "client_secret": os.environ["CLIENT_SECRET"],
}).encode(), {"Content-Type": "application/x-www-form-urlencoded"})["access_token"]

answer = send("/api/v1/query", json.dumps(${pretty.replace(/\n/g, '\n')}).encode(), {
    "Authorization": "Bearer " + token,
    "Content-Type": "application/json",
    "Idempotency-Key": str(uuid.uuid4()),
})
print(json.dumps(answer, ensure_ascii=False, indent=2))`
  const java = `import java.net.URI;
import java.net.http.*;
import java.util.UUID;

public class Ask {
  static final String BASE = "${origin}";

  public static void main(String[] args) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    String form = "grant_type=client_credentials&client_id=" + System.getenv("CLIENT_ID")
        + "&client_secret=" + System.getenv("CLIENT_SECRET");
    String reply = http.send(HttpRequest.newBuilder(URI.create(BASE + "/api/v1/oauth/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(form)).build(),
        HttpResponse.BodyHandlers.ofString()).body();
    String token = reply.replaceAll("(?s).*\\"access_token\\"\\\\s*:\\\\s*\\"([^\\"]+)\\".*", "$1");

    String body = "${compact.replace(/"/g, '\\"')}";
    System.out.println(http.send(HttpRequest.newBuilder(URI.create(BASE + "/api/v1/query"))
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", UUID.randomUUID().toString())
        .POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString()).body());
  }
}`
  return { curl, python, java }
}
