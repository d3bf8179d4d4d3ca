//! A hub with two offices and a few users on either engine, and requests that go through the middleware.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::any;
use axum::{Extension, Json, Router, middleware};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::Catalog;
use catalog::model::{Organisation, OrganisationChange, OrganisationInput, OrganisationKind};
use hmac::{Hmac, KeyInit as _, Mac as _};
use identity::{Identity, SignedResource};
use kernel::clock::{Clock as _, ManualClock};
use kernel::config::Config;
use kernel::entropy::SeededEntropy;
use kernel::ids::UserId;
use kernel::{Actor, Kernel, Role};
use sea_orm::EntityTrait as _;
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
pub(crate) use testbed::on_both;
use tower::ServiceExt as _;

pub const PASSWORD: &str = "Binjiang-2026-x";

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let kernel = kernel::migration::migrations().into_iter();
        kernel.chain(catalog::migrations()).chain(identity::migrations()).collect()
    }
}

/// A hub.
pub struct World {
    pub kernel: Kernel,
    pub identity: Identity,
    pub clock: Arc<ManualClock>,
    pub police: Organisation,
    pub welfare: Organisation,
    /// Where the log-in service of others listens once a test starts it.
    pub elsewhere: parking_lot::Mutex<Option<std::net::TcpListener>>,
    app: Router,
    _place: testbed::Place,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
    pub fn is(&self, status: u16, code: &str) -> bool {
        self.status.as_u16() == status && self.code() == code
    }
    pub fn has(&self, path: &str, code: &str) -> bool {
        let fields = self.body["error"]["fields"].as_array().cloned().unwrap_or_default();
        fields.iter().any(|field| field["path"] == path && field["code"] == code)
    }
    /// The session cookie that was set, as a browser would send it back.
    pub fn cookie(&self) -> String {
        self.cookie_named("guantong_session").unwrap()
    }
    /// A cookie that was set.
    pub fn cookie_named(&self, name: &str) -> Option<String> {
        let all = self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        let mut pairs = all.map(|set| set.split(';').next().unwrap());
        pairs.find(|pair| pair.split_once('=').unwrap().0 == name).map(str::to_owned)
    }
    /// An id in the body.
    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.body)).to_owned()
    }
}

fn router(identity: &Identity, catalog: &Catalog) -> Router {
    // What a call would see: who, and what the signature covers.
    let probe = any(|actor: Actor, signed: Option<Extension<SignedResource>>, body: String| async move {
        Json(json!({"actor": actor.label(), "role": actor.role(), "organisation": actor.organisation(),
            "signed": signed.map(|signed| signed.0.0), "body": body}))
    });
    Router::from(identity::module(identity).routes)
        .merge(Router::from(catalog::module(catalog).routes))
        .route("/probe", probe)
        .layer(middleware::from_fn_with_state(identity.clone(), identity::layer))
}

async fn office(catalog: &Catalog, name: &str, short_code: &str, number: u32) -> Organisation {
    let input = OrganisationInput {
        name: name.to_owned(),
        short_name: None,
        short_code: Some(short_code.to_owned()),
        credit_code: credit_code(number),
        parent_id: None,
        kind: OrganisationKind::Department,
        region: "330108".to_owned(),
    };
    catalog.create_organisation(&Actor::System, input).await.unwrap()
}

/// A valid credit code out of a number.
fn credit_code(number: u32) -> String {
    standards::credit_code::complete("11", "330106", &format!("{number:08}")).unwrap()
}

impl World {
    pub async fn new(place: testbed::Place) -> Self {
        let mut config = Config { data_dir: place.folder().join("data"), ..Config::default() };
        config.database.url = place.url().to_owned();
        config.limits.body_bytes = 64 * 1024;
        let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        config.oidc.insert("province".to_owned(), crate::provider::configured(&elsewhere));
        // Every TLS client of the process uses the same provider; a second installation changes nothing.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let clock = Arc::new(ManualClock::at(1_790_000_000_000));
        let kernel = Kernel::open(config, clock.clone(), Arc::new(SeededEntropy::new(7))).await.unwrap();
        Migrator::up(&kernel.db, None).await.unwrap();
        let catalog = Catalog::new(kernel.clone());
        let police = office(&catalog, "滨江区公安分局", "GA", 1).await;
        let welfare = office(&catalog, "滨江区民政局", "MZ", 2).await;
        let identity = Identity::new(kernel.clone(), catalog.clone()).unwrap();
        let app = router(&identity, &catalog);
        let elsewhere = parking_lot::Mutex::new(Some(elsewhere));
        Self { kernel, identity, clock, police, welfare, elsewhere, app, _place: place }
    }

    /// Identity started anew over the same database and keys, as after a restart.
    pub fn restart(&mut self) {
        let catalog = Catalog::new(self.kernel.clone());
        self.identity = Identity::new(self.kernel.clone(), catalog.clone()).unwrap();
        self.app = router(&self.identity, &catalog);
    }

    /// Creates a user of that role and logs him in; gives his id and cookie.
    pub async fn user(&self, name: &str, role: Role, organisation: &Organisation) -> (UserId, String) {
        let made = self.identity.bootstrap(name, PASSWORD, role, &organisation.id).await.unwrap();
        (made.id, self.log_in(name).await)
    }

    pub async fn log_in(&self, name: &str) -> String {
        let answer = self.try_log_in(name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.cookie()
    }

    /// Sets a switch as the business operator would.
    pub async fn set(&self, setting: &kernel::settings::Setting, value: bool) {
        let row = kernel::settings::Model {
            key: setting.key.to_owned(),
            value: value.to_string(),
            changed_ms: self.now(),
            changed_by: "test".to_owned(),
        };
        kernel::settings::put(&self.kernel.db, row).await.unwrap();
        self.clock.advance_ms(6_000);
    }

    pub async fn try_log_in(&self, name: &str, password: &str) -> Answer {
        self.send("POST", "/api/v1/session", &[], json!({"username": name, "password": password})).await
    }

    /// A request of the console with a session.
    pub async fn console(&self, cookie: &str, method: &str, path: &str, body: Value) -> Answer {
        self.send(method, path, &[("cookie", cookie), ("x-guantong-console", "1")], body).await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let headers: Vec<_> = headers.iter().copied().chain([("content-type", "application/json")]).collect();
        self.raw(method, path, &headers, text.into_bytes()).await
    }

    pub async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 8], 40_000))));
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// A client system of the welfare office: row id and secret.
    pub async fn client(&self, client_id: &str) -> (String, String) {
        self.client_with(json!({"client_id": client_id, "name": "低保系统"})).await
    }

    pub async fn client_with(&self, mut input: Value) -> (String, String) {
        input["organisation_id"] = json!(self.welfare.id);
        let made = self
            .identity
            .create_client(&Actor::System, serde_json::from_value(input).unwrap())
            .await
            .unwrap();
        (made.client.id.to_string(), made.secret)
    }

    /// The token endpoint with these parameters.
    pub async fn token(&self, parameters: &[(&str, &str)]) -> Answer {
        let form: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.raw("POST", "/api/v1/oauth/token", &headers, form.join("&").into_bytes()).await
    }

    /// An access token for a secret.
    pub async fn access_token(&self, client_id: &str, secret: &str) -> String {
        let answer = self
            .token(&[
                ("grant_type", "client_credentials"),
                ("client_id", client_id),
                ("client_secret", secret),
            ])
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn with_token(&self, token: &str) -> Answer {
        let authorization = format!("Bearer {token}");
        self.send("POST", "/probe", &[("authorization", &authorization)], Value::Null).await
    }

    pub fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Disables an organisation, as a platform operator of the police does.
    pub async fn disable_welfare(&self) {
        let own = kernel::actor::ActorOrganisation {
            id: self.police.id.clone(),
            name: self.police.name.clone(),
            credit_code: self.police.credit_code.clone(),
        };
        let operator = Actor::user("operator".to_owned().into(), Role::PlatformOperator, own);
        let change = OrganisationChange { disabled: Some(true), ..OrganisationChange::default() };
        self.identity.catalog.change_organisation(&operator, &self.welfare.id, change).await.unwrap();
    }

    /// Kinds of evidence in the log, in order.
    pub async fn evidence(&self) -> Vec<String> {
        use sea_orm::QueryOrder as _;
        kernel::evidence::index::catch_up(&self.kernel).await.unwrap();
        let rows = kernel::evidence::index::Entity::find()
            .order_by_asc(kernel::evidence::index::Column::Idx)
            .all(&self.kernel.db)
            .await
            .unwrap();
        rows.into_iter().map(|row| row.kind).collect()
    }
}

/// A signed call in the making.
#[derive(Clone)]
pub struct Call {
    pub rid: String,
    pub sid: String,
    pub rtime: i64,
    pub nonce: String,
    pub body: String,
}

impl Call {
    pub fn new(world: &World, client_id: &str, nonce: &str) -> Self {
        Self {
            rid: client_id.to_owned(),
            sid: "GA-HKRK-001".to_owned(),
            rtime: world.now(),
            nonce: nonce.to_owned(),
            body: "{\"resource\":\"GA-HKRK-001\"}".to_owned(),
        }
    }

    /// The headers of this call, signed with the secret.
    pub fn sign(&self, secret: &str) -> Vec<(&'static str, String)> {
        let digest = hex::encode(Sha256::digest(self.body.as_bytes()));
        let text = format!("{}{}{}{}{digest}", self.sid, self.rid, self.rtime, self.nonce);
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        vec![
            ("gjgxjhpt_rid", self.rid.clone()),
            ("gjgxjhpt_sid", self.sid.clone()),
            ("gjgxjhpt_rtime", self.rtime.to_string()),
            ("gjgxjhpt_nonce", self.nonce.clone()),
            ("gjgxjhpt_digest", digest),
            ("gjgxjhpt_sign", STANDARD.encode(mac.finalize().into_bytes())),
        ]
    }
}

impl World {
    /// Sends a call with these headers and this body.
    pub async fn signed(&self, headers: &[(&'static str, String)], body: &str) -> Answer {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.raw("POST", "/probe", &headers, body.as_bytes().to_vec()).await
    }
}
