//! Import and export over HTTP.

use axum::Json;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::http::{ApiQuery, ErrorBody, too_large};
use kernel::page::ListQuery;
use kernel::{Actor, Error, Result, Role};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::book::MOST_BYTES;
use super::export::{ExportQuery, XLSX};
use super::import::Accept;
use super::report::ImportReport;
use crate::{Catalog, ResourceFilter};

/// Routes of import and export.
pub fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new()
        .routes(routes!(template))
        .routes(routes!(export))
        // A little more than the file itself, for the form around it.
        .merge(
            OpenApiRouter::new().routes(routes!(import)).layer(DefaultBodyLimit::max(MOST_BYTES + (1 << 20))),
        )
}

fn download(bytes: Vec<u8>, media: &'static str, name: &str) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response()
}

/// The empty workbook to fill in, with lists to choose from and explanations.
#[utoipa::path(get, path = "/api/v1/catalogue/template.xlsx", operation_id = "download_template", tag = "catalog",
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("session" = [])))]
async fn template(State(catalog): State<Catalog>, actor: Actor) -> Result<Response> {
    Ok(download(catalog.template(&actor).await?, XLSX, "catalogue-template.xlsx"))
}

/// Exports what the list shows, all its pages, as a workbook or as JSON.
#[utoipa::path(get, path = "/api/v1/catalogue/export", operation_id = "export_catalogue", tag = "catalog",
    params(ExportQuery, ListQuery, ResourceFilter),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 413, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
async fn export(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiQuery(wanted): ApiQuery<ExportQuery>,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(filter): ApiQuery<ResourceFilter>,
) -> Result<Response> {
    let file = catalog.export_resources(&actor, wanted.format, &filter, &query).await?;
    Ok(download(file.bytes, file.media, file.name))
}

/// A file to import.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form; it is read field by field")]
struct ImportForm {
    /// Workbook or JSON.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Left out to check only; `all`, or rows of the sheet of resources such as `2,5-9`, to import.
    accept: Option<String>,
    /// Token of the check.
    token: Option<String>,
}

/// Checks a file cell by cell; with `accept` and the token of the check imports it, or the faultless rows named, as drafts.
#[utoipa::path(post, path = "/api/v1/catalogue/import", operation_id = "import_catalogue", tag = "catalog",
    request_body(content = inline(ImportForm), content_type = "multipart/form-data"),
    responses((status = 200, body = ImportReport), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
async fn import(
    State(catalog): State<Catalog>,
    actor: Actor,
    request: Request,
) -> Result<Json<ImportReport>> {
    // Twenty megabytes of somebody who may not import are not worth reading.
    actor.require(&[Role::DepartmentOperator])?;
    let form = Multipart::from_request(request, &()).await.map_err(|error| unreadable().caused_by(error))?;
    let form = read(form).await?;
    let accept = Accept::parse(form.accept.as_deref().unwrap_or_default())?;
    let file = form.file.ok_or_else(|| {
        Error::bad_input(
            "sheet.no_file",
            "请选择要导入的文件（表单字段 file）。",
            "Choose the file to import (form field file).",
        )
    })?;
    Ok(Json(catalog.import_resources(&actor, file, &accept, form.token.as_deref()).await?))
}

fn unreadable() -> Error {
    Error::bad_input(
        "sheet.form",
        "上传的不是表单，或没有传完，没有处理。请重新上传（multipart/form-data，字段 file）。",
        "Not a form, or it broke off; nothing was done. Upload it again (multipart/form-data, field file).",
    )
}

#[derive(Default)]
struct Read {
    file: Option<Vec<u8>>,
    accept: Option<String>,
    token: Option<String>,
}

async fn read(mut form: Multipart) -> Result<Read> {
    let broken = |error: MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            too_large()
        } else {
            unreadable().caused_by(error)
        }
    };
    let mut read = Read::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("file") => read.file = Some(field.bytes().await.map_err(broken)?.to_vec()),
            Some("accept") => read.accept = Some(field.text().await.map_err(broken)?),
            Some("token") => read.token = Some(field.text().await.map_err(broken)?),
            _ => {}
        }
    }
    Ok(read)
}
