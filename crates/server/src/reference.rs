//! The interface reference at `/docs`: one plain page made from the OpenAPI document, without scripts, so that it
//! works in an office without internet.

use std::fmt::Write as _;

use serde_json::Value;

/// Renders the page.
pub fn render(openapi: &Value) -> String {
    let mut out = String::from(HEAD);
    let title = text(&openapi["info"]["title"]);
    let version = text(&openapi["info"]["version"]);
    let _ = write!(
        out,
        "<header><h1>{title} 接口文档 <small>{version}</small></h1><p>{}</p>\
         <p><a href=\"/api/v1/openapi.json\">OpenAPI 3.1</a> · <a href=\"/\">控制台 Console</a></p></header><main>",
        text(&openapi["info"]["description"])
    );
    for (tag, operations) in by_tag(openapi) {
        let _ = write!(out, "<section><h2>{}</h2>", escape(&tag));
        for (method, path, operation) in operations {
            render_operation(&mut out, openapi, method, path, operation);
        }
        out.push_str("</section>");
    }
    out.push_str("</main></body></html>");
    out
}

type Operation<'a> = (&'a str, &'a str, &'a Value);

fn by_tag(openapi: &Value) -> Vec<(String, Vec<Operation<'_>>)> {
    let mut tags: Vec<(String, Vec<Operation<'_>>)> = Vec::new();
    let paths = openapi["paths"].as_object().into_iter().flatten();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let tag = operation["tags"][0].as_str().unwrap_or("other").to_owned();
            match tags.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, list)) => list.push((method, path, operation)),
                None => tags.push((tag, vec![(method, path, operation)])),
            }
        }
    }
    // Callers come first: the path is what most readers look for.
    tags.sort_by_key(|(tag, _)| (tag != "calls", tag.clone()));
    tags
}

fn render_operation(out: &mut String, openapi: &Value, method: &str, path: &str, operation: &Value) {
    let id = text(&operation["operationId"]);
    let _ = write!(
        out,
        "<article id=\"{id}\"><h3><b class=\"{0}\">{0}</b> <code>{1}</code></h3><p>{2}</p>",
        escape(method),
        escape(path),
        text(&operation["summary"])
    );
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        out.push_str("<table><tr><th>参数 Parameter</th><th>位置 In</th><th>说明 Meaning</th></tr>");
        for parameter in parameters {
            let _ = write!(
                out,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                text(&parameter["name"]),
                text(&parameter["in"]),
                text(&parameter["description"])
            );
        }
        out.push_str("</table>");
    }
    if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
        render_schema(out, openapi, "请求 Request", schema);
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let schema = response.pointer("/content/application~1json/schema");
        if let (true, Some(schema)) = (status.starts_with('2'), schema) {
            render_schema(out, openapi, &format!("答复 Response {status}"), schema);
        }
    }
    out.push_str("</article>");
}

fn render_schema(out: &mut String, openapi: &Value, label: &str, schema: &Value) {
    let resolved = resolve(openapi, schema);
    let _ = write!(out, "<h4>{} <code>{}</code></h4>", escape(label), escape(&type_name(schema)));
    let Some(properties) = resolved["properties"].as_object() else { return };
    out.push_str("<table><tr><th>字段 Field</th><th>类型 Type</th><th>说明 Meaning</th></tr>");
    let required: Vec<_> =
        resolved["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in properties {
        let star = if required.contains(&name.as_str()) { " *" } else { "" };
        let _ = write!(
            out,
            "<tr><td><code>{}</code>{star}</td><td>{}</td><td>{}</td></tr>",
            escape(name),
            escape(&type_name(property)),
            text(&property["description"])
        );
    }
    out.push_str("</table>");
}

fn resolve<'a>(openapi: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    name.map_or(schema, |name| &openapi["components"]["schemas"][name])
}

fn type_name(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return name.to_owned();
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("[{}]", type_name(&schema["items"])),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        _ => schema["oneOf"]
            .as_array()
            .map_or_else(String::new, |any| any.iter().map(type_name).collect::<Vec<_>>().join(" | ")),
    }
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const HEAD: &str = r#"<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>贯通 接口文档</title><style>
body{font:16px/1.6 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:0;color:#1d2b33;background:#f5f8f9}
header{background:#0b5563;color:#fff;padding:24px}header a{color:#cfeef3}main{max-width:1040px;margin:0 auto;padding:16px}
article{background:#fff;border:1px solid #d8e2e5;border-radius:8px;margin:16px 0;padding:8px 20px;overflow-x:auto}
h3{font-size:17px;overflow-wrap:anywhere}b{text-transform:uppercase;border-radius:4px;padding:2px 8px;color:#fff;background:#0b5563}
b.post{background:#1e6b3a}b.put,b.patch{background:#8a5a00}b.delete{background:#9b2c2c}
table{border-collapse:collapse;width:100%;font-size:14px}td,th{border-bottom:1px solid #e3eaec;padding:6px 8px;text-align:left;vertical-align:top}
code{font-family:ui-monospace,monospace}</style></head><body>"#;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Every operation is on the page, and text from the document cannot become markup.
    #[test]
    fn shows_operations_and_escapes() {
        let page = render(&json!({
            "info": {"title": "T", "version": "1", "description": "<script>x</script>"},
            "paths": {"/api/v1/query": {"post": {"operationId": "query", "tags": ["calls"], "summary": "Asks",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/In"}}}}}}},
            "components": {"schemas": {"In": {"properties": {"resource": {"type": "string"}}, "required": ["resource"]}}}
        }));
        assert!(page.contains("/api/v1/query") && page.contains("<code>resource</code> *"));
        assert!(!page.contains("<script>x"));
    }
}
