//! Logs in by a log-in service of others 统一身份认证 (OpenID Connect). Nobody's account is made by it.

use kernel::config::OidcProvider;
use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result, entropy};

use super::create_user::folded_person;
use super::log_in::{FirstStep, Origin, busy};
use crate::Identity;
use crate::doors::console;
use crate::model::{OidcStart, ProviderName};
use crate::oidc;
use crate::store;

/// A begun log-in: the token goes into a cookie of the browser.
pub struct BegunElsewhere {
    /// Where the browser goes.
    pub start: OidcStart,
    /// Token that binds the log-in to the browser.
    pub browser: String,
}

/// A log-in that came back.
pub struct Returned {
    /// What became of it.
    pub step: FirstStep,
    /// Page the person wanted.
    pub return_to: String,
}

impl Identity {
    /// Log-in services, for the log-in page.
    pub fn log_in_services(&self) -> Vec<ProviderName> {
        let all = self.kernel.config.oidc.iter();
        all.map(|(name, one)| ProviderName {
            provider: name.clone(),
            zh: one.name_zh.clone(),
            en: one.name_en.clone(),
        })
        .collect()
    }

    fn service(&self, name: &str) -> Result<&OidcProvider> {
        self.kernel.config.oidc.get(name).ok_or_else(|| {
            Error::not_found(
                "identify.oidc_provider",
                "没有配置这个登录服务，请从登录页重新选择。",
                "No such log-in service is configured; choose again on the log-in page.",
            )
        })
    }

    /// Begins a log-in at a service; `return_to` is the page wanted afterwards.
    ///
    /// # Errors
    /// `identify.oidc_provider`, `identify.oidc_unreachable`, `identify.busy`.
    pub async fn begin_elsewhere(&self, name: &str, return_to: Option<&str>) -> Result<BegunElsewhere> {
        let provider = self.service(name)?;
        let browser = entropy::token::<32>(&*self.kernel.entropy);
        let bound = console::hash(&browser);
        let start = oidc::begin(&self.kernel, (name, provider), bound, own_page(return_to)).await?;
        let now = self.kernel.now_ms();
        let until = now + oidc::LIFETIME_MS;
        if !self.elsewhere.keep_until(console::hash(&start.state), start.begun, until, now) {
            return Err(busy());
        }
        Ok(BegunElsewhere { start: OidcStart { authorization_url: start.url }, browser })
    }

    /// Ends a log-in with what the service sent back.
    ///
    /// # Errors
    /// `identify.oidc_state` for an answer to no log-in of this browser, `identify.oidc_refused`, `identify.oidc_token`,
    /// `identify.oidc_unknown`, `identify.user_disabled`, `identify.oidc_unreachable`.
    pub async fn end_elsewhere(
        &self,
        state: &str,
        browser: Option<&str>,
        code: Option<String>,
        origin: &Origin,
    ) -> Result<Returned> {
        let begun =
            self.elsewhere.take(&console::hash(state), self.kernel.now_ms()).ok_or_else(no_such_log_in)?;
        if browser.map(console::hash).as_ref() != Some(&begun.browser) {
            return Err(no_such_log_in());
        }
        let code = code.filter(|code| !code.is_empty()).ok_or_else(|| {
            Error::unauthenticated(
                "identify.oidc_refused",
                "统一身份认证没有同意登录（可能是您取消了），请重新登录。",
                "The log-in service did not agree, perhaps because you cancelled; log in again.",
            )
        })?;
        let provider = self.service(&begun.provider)?;
        let claims = oidc::finish(&self.kernel, provider, &begun, code).await?;
        let user = self.bound_user(&begun.provider, provider, &claims).await?;
        let door = format!("oidc:{}", begun.provider);
        let step = self.first_step(user, &door, !provider.second_factor, origin).await?;
        Ok(Returned { step, return_to: begun.return_to })
    }

    /// The user that subject is; at the first log-in perhaps by his staff number.
    async fn bound_user(
        &self,
        name: &str,
        provider: &OidcProvider,
        claims: &oidc::Claims,
    ) -> Result<store::user::Model> {
        let db = &self.kernel.db;
        if let Some(row) = store::binding::by_subject(db, name, &claims.subject).await? {
            return store::user::by_id(db, &row.user_id).await?.ok_or_else(|| Error::missing(&row.user_id));
        }
        if let Some(user) = self.matched(provider, claims).await? {
            let tx = self.kernel.begin().await?;
            self.put_binding(tx.connection(), &Actor::System, &user.id, name, &claims.subject).await?;
            let detail = format!("{}: {name}, by staff number", user.username);
            tx.record(&Actor::System, Leaf::of("identity.oidc.bound"), None, Some(detail)).await?;
            tx.commit().await?;
            return Ok(user);
        }
        self.record_failures(&format!("{name}: an account that is bound to nobody here")).await?;
        Err(Error::forbidden(
            "identify.oidc_unknown",
            "您的统一身份尚未绑定本平台账号，请联系本单位平台运维办理绑定。",
            "Your account at the log-in service is bound to no account here; ask the platform operator to bind it.",
        ))
    }

    /// The one account with the staff number that the service tells. Accounts of the three roles of the whole platform are
    /// never bound this way, since who runs the service could then become one.
    async fn matched(
        &self,
        provider: &OidcProvider,
        claims: &oidc::Claims,
    ) -> Result<Option<store::user::Model>> {
        if provider.match_claim.is_empty() {
            return Ok(None);
        }
        let Some(person) = folded_person(claims.text(&provider.match_claim)) else { return Ok(None) };
        let mut fitting = Vec::new();
        for user in store::user::by_person(&self.kernel.db, &person).await? {
            if !user.disabled && !user.known_role()?.is_parted() {
                fitting.push(user);
            }
        }
        // With two accounts nobody can tell which is meant.
        Ok(if fitting.len() == 1 { fitting.pop() } else { None })
    }
}

/// A page of this console; anything else would send people elsewhere after a log-in.
fn own_page(wanted: Option<&str>) -> String {
    let own = |page: &&str| {
        page.starts_with('/')
            && !page.starts_with("//")
            && !page.contains(['\\', ':', '#'])
            && page.len() <= 512
            && page.chars().all(|c| c.is_ascii_graphic())
    };
    wanted.filter(own).unwrap_or("/").to_owned()
}

fn no_such_log_in() -> Error {
    Error::unauthenticated(
        "identify.oidc_state",
        "登录已超时、已用过，或不是从这个浏览器开始的，请重新登录。",
        "This log-in has expired, was used already, or did not begin in this browser; log in again.",
    )
}

#[cfg(test)]
mod tests {
    use super::own_page;

    /// After a log-in nobody is sent to another site.
    #[test]
    fn pages_are_our_own() {
        assert_eq!(own_page(Some("/requests/1?tab=2")), "/requests/1?tab=2");
        for foreign in
            ["//evil.example", "https://evil.example", "/\\evil.example", "", "/x\r\nSet-Cookie: a"]
        {
            assert_eq!(own_page(Some(foreign)), "/", "{foreign}");
        }
    }
}
