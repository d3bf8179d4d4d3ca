//! Conditions of grants as Cedar policies.
//!
//! The base policies say who may use a grant at all; a grant's own condition can only narrow, so it may
//! hold `forbid` policies only. A bare expression is read as "forbid unless this holds".

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use cedar_policy::{
    Authorizer, Context, Decision, Effect, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use kernel::error::{Error, Result};

const SCHEMA: &str = include_str!("../policy/base.cedarschema");
const BASE: &str = include_str!("../policy/base.cedar");

/// Longest condition, in bytes.
const LONGEST: usize = 8_192;

/// The engine: schema and authoriser, built once.
pub struct Policies {
    schema: Schema,
    authorizer: Authorizer,
}

/// Decisions that a compiled condition keeps; when there are more, it begins anew.
const KEPT: usize = 1_024;

/// A compiled condition together with the base policies.
///
/// A decision depends on the policies and on [`CallFacts`] alone, so it is kept and taken again for equal facts:
/// calls of one client for one matter differ in nothing that a policy can see until the hour changes.
#[derive(Debug, Clone)]
pub struct Condition {
    policies: PolicySet,
    decided: Arc<RwLock<HashMap<Vec<u8>, bool>>>,
}

/// Who asks, in Cedar's terms.
pub enum Principal<'a> {
    /// A client system by its client id.
    Client(&'a str),
    /// A console user by id, with role.
    User(&'a str, &'a str),
}

/// What is asked, in Cedar's terms.
pub struct CallFacts<'a> {
    /// Who.
    pub principal: Principal<'a>,
    /// `query`, `verify` or `hold`.
    pub action: &'a str,
    /// Resource code.
    pub resource: &'a str,
    /// Matter code.
    pub matter: &'a str,
    /// Legal basis.
    pub basis: &'a str,
    /// Items asked for or claimed.
    pub items: &'a [String],
    /// Hour in Shanghai.
    pub hour: i64,
    /// Weekday, 1 is Monday.
    pub weekday: i64,
    /// By the official calendar.
    pub working_day: bool,
}

impl CallFacts<'_> {
    /// Everything that a policy can see, unmistakably: each text stands behind its length.
    fn key(&self) -> Vec<u8> {
        let (kind, id, role) = match self.principal {
            Principal::Client(id) => ("client", id, ""),
            Principal::User(id, role) => ("user", id, role),
        };
        let mut key = Vec::with_capacity(256);
        let texts = [kind, id, role, self.action, self.resource, self.matter, self.basis];
        for text in texts.into_iter().chain(self.items.iter().map(String::as_str)) {
            key.extend_from_slice(&text.len().to_le_bytes());
            key.extend_from_slice(text.as_bytes());
        }
        key.extend_from_slice(&self.hour.to_le_bytes());
        key.extend_from_slice(&self.weekday.to_le_bytes());
        key.push(u8::from(self.working_day));
        key
    }
}

impl Policies {
    /// Builds schema and base policies.
    ///
    /// # Errors
    /// Only when the built-in texts are broken.
    pub fn new() -> Result<Self> {
        let internal =
            |error: Box<dyn std::error::Error + Send + Sync>| Error::internal("policy.base", error);
        let (schema, _warnings) =
            Schema::from_cedarschema_str(SCHEMA).map_err(|error| internal(error.to_string().into()))?;
        let policies = Self { schema, authorizer: Authorizer::new() };
        policies.compile(None)?;
        Ok(policies)
    }

    /// Compiles a grant's condition; `None` gives the base alone.
    ///
    /// # Errors
    /// `policy.*`, with what Cedar says about the place.
    pub fn compile(&self, condition: Option<&str>) -> Result<Condition> {
        let own = condition.map(str::trim).filter(|text| !text.is_empty());
        if own.is_some_and(|text| text.len() > LONGEST) {
            return Err(wrong(
                "policy.too_long",
                "条件过长，最多 8192 字节，请精简。",
                "The condition exceeds 8192 bytes.",
            ));
        }
        if let Some(text) = own {
            let parsed = parse_own(text)?;
            if parsed.policies().any(|policy| policy.effect() == Effect::Permit) {
                return Err(wrong(
                    "policy.permit",
                    "条件只能收紧授权：请用 forbid 语句，或只写一个必须成立的表达式，不要写 permit。",
                    "A condition can only narrow: use forbid policies or one expression, not permit.",
                ));
            }
        }
        let whole = own.map_or_else(|| BASE.to_owned(), |text| format!("{BASE}\n{}", as_policies(text)));
        let set: PolicySet = whole.parse().map_err(|error: cedar_policy::ParseErrors| {
            wrong("policy.syntax", &error.to_string(), &error.to_string())
        })?;
        let report = Validator::new(self.schema.clone()).validate(&set, ValidationMode::Strict);
        if !report.validation_passed() {
            let detail: Vec<_> = report.validation_errors().map(ToString::to_string).collect();
            let detail = detail.join("; ");
            return Err(wrong(
                "policy.words",
                &format!("条件用到了不存在的属性或类型不符：{detail}"),
                &format!("The condition uses unknown attributes or wrong types: {detail}"),
            ));
        }
        Ok(Condition { policies: set, decided: Arc::default() })
    }

    /// Decides one call. Any evaluation error counts as no.
    pub fn allows(&self, condition: &Condition, facts: &CallFacts<'_>) -> bool {
        let key = facts.key();
        // A lock poisoned by a panic only costs the memory of earlier decisions.
        let known = condition.decided.read().ok().and_then(|decided| decided.get(&key).copied());
        if let Some(allowed) = known {
            return allowed;
        }
        let allowed = self.decide(condition, facts).unwrap_or(false);
        if let Ok(mut decided) = condition.decided.write() {
            if decided.len() >= KEPT {
                decided.clear();
            }
            decided.insert(key, allowed);
        }
        allowed
    }

    fn decide(&self, condition: &Condition, facts: &CallFacts<'_>) -> Option<bool> {
        let (principal, entities) = match facts.principal {
            Principal::Client(id) => (uid("Client", id)?, Entities::empty()),
            Principal::User(id, role) => {
                let uid = uid("User", id)?;
                let attrs = [("role".to_owned(), RestrictedExpression::new_string(role.to_owned()))]
                    .into_iter()
                    .collect();
                let entity = Entity::new(uid.clone(), attrs, Default::default()).ok()?;
                (uid, Entities::from_entities([entity], None).ok()?)
            }
        };
        let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
        let context = Context::from_pairs([
            ("matter".to_owned(), text(facts.matter)),
            ("basis".to_owned(), text(facts.basis)),
            ("items".to_owned(), RestrictedExpression::new_set(facts.items.iter().map(|item| text(item)))),
            ("hour".to_owned(), RestrictedExpression::new_long(facts.hour)),
            ("weekday".to_owned(), RestrictedExpression::new_long(facts.weekday)),
            ("working_day".to_owned(), RestrictedExpression::new_bool(facts.working_day)),
        ])
        .ok()?;
        let request = Request::new(
            principal,
            uid("Action", facts.action)?,
            uid("Resource", facts.resource)?,
            context,
            None,
        )
        .ok()?;
        let response = self.authorizer.is_authorized(&request, &condition.policies, &entities);
        // A forbid policy that fails to evaluate is skipped by Cedar; here an error must not open the door.
        let clean = response.diagnostics().errors().next().is_none();
        Some(clean && response.decision() == Decision::Allow)
    }
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    let kind: EntityTypeName = kind.parse().ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn as_policies(text: &str) -> String {
    let is_policy = ["permit", "forbid", "@", "//"].iter().any(|word| text.starts_with(word));
    if is_policy {
        text.to_owned()
    } else {
        format!("forbid (principal, action, resource) unless {{ {text} }};")
    }
}

fn parse_own(text: &str) -> Result<PolicySet> {
    as_policies(text).parse().map_err(|error: cedar_policy::ParseErrors| {
        wrong(
            "policy.syntax",
            &format!("条件写法有误：{error}"),
            &format!("The condition cannot be read: {error}"),
        )
    })
}

fn wrong(code: &'static str, zh: &str, en: &str) -> Error {
    Error::invalid(code, zh, en).field("condition", code, zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts<'a>(principal: Principal<'a>, items: &'a [String], hour: i64) -> CallFacts<'a> {
        CallFacts {
            principal,
            action: "query",
            resource: "GA-1",
            matter: "MZ-1",
            basis: "b",
            items,
            hour,
            weekday: 1,
            working_day: true,
        }
    }

    /// Without a condition clients and case handlers pass; those who run or audit the platform do not.
    #[test]
    fn the_base_knows_who_handles_cases() {
        let policies = Policies::new().expect("built-in policies");
        let base = policies.compile(None).expect("base");
        assert!(policies.allows(&base, &facts(Principal::Client("c"), &[], 9)));
        assert!(policies.allows(&base, &facts(Principal::User("u", "department_operator"), &[], 9)));
        for role in ["platform_operator", "business_operator", "security_auditor", "department_developer"] {
            assert!(!policies.allows(&base, &facts(Principal::User("u", role), &[], 9)), "{role}");
        }
    }

    /// A bare expression narrows; outside it the call is refused.
    #[test]
    fn an_expression_narrows() {
        let policies = Policies::new().expect("built-in policies");
        let day = policies.compile(Some("context.hour >= 8 && context.hour < 18")).expect("valid");
        assert!(policies.allows(&day, &facts(Principal::Client("c"), &[], 9)));
        assert!(!policies.allows(&day, &facts(Principal::Client("c"), &[], 22)));
        let items = ["name".to_owned()];
        let forbid = policies
            .compile(Some(
                "forbid (principal is Client, action, resource) when { context.items.contains(\"name\") };",
            ))
            .expect("valid");
        assert!(!policies.allows(&forbid, &facts(Principal::Client("c"), &items, 9)));
        assert!(policies.allows(&forbid, &facts(Principal::Client("c"), &[], 9)));
    }

    /// A decision that is kept is that of the same facts only: whatever differs is decided anew.
    #[test]
    fn kept_decisions_do_not_mix() {
        let policies = Policies::new().expect("built-in policies");
        let text = "context.hour < 18 && context.matter == \"MZ-1\" && !context.items.contains(\"mobile\")";
        let condition = policies.compile(Some(text)).expect("valid");
        let (name, mobile) = (["name".to_owned()], ["mobile".to_owned()]);
        for _ in 0..2 {
            assert!(policies.allows(&condition, &facts(Principal::Client("c"), &name, 9)));
            assert!(!policies.allows(&condition, &facts(Principal::Client("c"), &name, 20)));
            assert!(!policies.allows(&condition, &facts(Principal::Client("c"), &mobile, 9)));
            let other = CallFacts { matter: "MZ-2", ..facts(Principal::Client("c"), &name, 9) };
            assert!(!policies.allows(&condition, &other));
            assert!(!policies.allows(&condition, &facts(Principal::User("c", "security_auditor"), &name, 9)));
            assert!(policies.allows(&condition, &facts(Principal::User("c", "department_head"), &name, 9)));
        }
        for hour in 0..5_000 {
            policies.allows(&condition, &facts(Principal::Client("c"), &name, hour));
        }
        assert!(condition.decided.read().expect("not poisoned").len() <= KEPT);
    }

    /// A condition cannot widen, misspell or overflow its way in.
    #[test]
    fn what_does_not_narrow_is_refused() {
        let policies = Policies::new().expect("built-in policies");
        let code = |text: &str| policies.compile(Some(text)).err().map(|e| e.code().to_owned());
        assert_eq!(code("permit (principal, action, resource);").as_deref(), Some("policy.permit"));
        assert_eq!(code("context.hours > 3").as_deref(), Some("policy.words"));
        assert_eq!(code("context.hour >").as_deref(), Some("policy.syntax"));
        assert_eq!(code(&"x".repeat(9_000)).as_deref(), Some("policy.too_long"));
        // An expression that closes the brace to smuggle in a permit is still read as a permit.
        assert_eq!(
            code("true }; permit (principal, action, resource) when { true").as_deref(),
            Some("policy.permit")
        );
    }
}
