//! Who acts: the principal that `identify` proved, with the organisation it acts for.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ids::{ClientId, OrganisationId, UserId};

/// Role of a console user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 平台运维: agents, users, organisations; sees no data and gives no grants.
    PlatformOperator,
    /// 业务运营: all catalogues and grants.
    BusinessOperator,
    /// 安全审计: evidence of everyone; reads only.
    SecurityAuditor,
    /// 部门负责人: publishes and grants for the own department.
    DepartmentHead,
    /// 部门经办: own department's catalogue; asks in the console.
    DepartmentOperator,
    /// 部门开发: own department's client systems.
    DepartmentDeveloper,
}

impl Role {
    /// The roles of the whole platform, which no person may hold two of 三员分立.
    pub const PARTED: [Role; 3] = [Role::PlatformOperator, Role::BusinessOperator, Role::SecurityAuditor];
    /// Every role.
    pub const ALL: [Role; 6] = [
        Role::PlatformOperator,
        Role::BusinessOperator,
        Role::SecurityAuditor,
        Role::DepartmentHead,
        Role::DepartmentOperator,
        Role::DepartmentDeveloper,
    ];
    /// Text form, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::PlatformOperator => "platform_operator",
            Role::BusinessOperator => "business_operator",
            Role::SecurityAuditor => "security_auditor",
            Role::DepartmentHead => "department_head",
            Role::DepartmentOperator => "department_operator",
            Role::DepartmentDeveloper => "department_developer",
        }
    }
    /// From the text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
    /// True for the roles of the whole platform, see [`Role::PARTED`].
    pub fn is_parted(self) -> bool {
        Self::PARTED.contains(&self)
    }
    /// Chinese name.
    pub fn zh(self) -> &'static str {
        match self {
            Role::PlatformOperator => "平台运维",
            Role::BusinessOperator => "业务运营",
            Role::SecurityAuditor => "安全审计",
            Role::DepartmentHead => "部门负责人",
            Role::DepartmentOperator => "部门经办",
            Role::DepartmentDeveloper => "部门开发",
        }
    }
}

/// Organisation an actor acts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ActorOrganisation {
    /// Id.
    pub id: OrganisationId,
    /// Name.
    pub name: String,
    /// Unified social credit code (GB 32100).
    pub credit_code: String,
}

/// A proved principal.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Somebody at the console.
    User {
        /// Id.
        id: UserId,
        /// Role.
        role: Role,
        /// Organisation.
        organisation: ActorOrganisation,
        /// Whom he stands in for 代办: then `role` is that person's, and everything is recorded under both names.
        on_behalf_of: Option<UserId>,
    },
    /// A client system.
    Client {
        /// Row id.
        id: ClientId,
        /// Public client id, as it stands in grants.
        client_id: String,
        /// Organisation.
        organisation: ActorOrganisation,
    },
    /// The platform itself: a clock that ran out, a worker.
    System,
}

impl Actor {
    /// A console user who acts in his own name.
    pub fn user(id: UserId, role: Role, organisation: ActorOrganisation) -> Self {
        Actor::User { id, role, organisation, on_behalf_of: None }
    }
    /// Whom a console user stands in for, if anybody.
    pub fn on_behalf_of(&self) -> Option<&UserId> {
        match self {
            Actor::User { on_behalf_of, .. } => on_behalf_of.as_ref(),
            _ => None,
        }
    }
    /// Organisation acted for; the platform has none.
    pub fn organisation(&self) -> Option<&ActorOrganisation> {
        match self {
            Actor::User { organisation, .. } | Actor::Client { organisation, .. } => Some(organisation),
            Actor::System => None,
        }
    }
    /// Role, if a console user.
    pub fn role(&self) -> Option<Role> {
        match self {
            Actor::User { role, .. } => Some(*role),
            _ => None,
        }
    }
    /// True when the actor acts for that organisation.
    pub fn is_of(&self, organisation: &OrganisationId) -> bool {
        self.organisation().is_some_and(|own| own.id == *organisation)
    }
    /// True when the actor has one of the roles.
    pub fn has_role(&self, roles: &[Role]) -> bool {
        self.role().is_some_and(|role| roles.contains(&role))
    }
    /// Requires one of the roles.
    ///
    /// # Errors
    /// `actor.role`, naming the roles that may.
    pub fn require(&self, roles: &[Role]) -> Result<()> {
        if self.has_role(roles) {
            return Ok(());
        }
        let zh: Vec<_> = roles.iter().map(|role| role.zh()).collect();
        let en: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        Err(Error::forbidden(
            "actor.role",
            format!("此操作须由{}办理，请联系相应人员。", zh.join("、")),
            format!("Only {} may do this; ask one of them.", en.join(", ")),
        ))
    }
    /// Requires one of the roles within the given organisation. Roles of the whole platform
    /// (`platform_operator`, `business_operator`) count everywhere.
    ///
    /// # Errors
    /// `actor.role` or `actor.organisation`.
    pub fn require_in(&self, organisation: &OrganisationId, roles: &[Role]) -> Result<()> {
        self.require(roles)?;
        let everywhere = self.has_role(&[Role::PlatformOperator, Role::BusinessOperator]);
        if everywhere || self.is_of(organisation) {
            return Ok(());
        }
        Err(Error::forbidden(
            "actor.organisation",
            "只能办理本部门的事项，请由该部门人员操作。",
            "You may do this for your own department only; ask somebody of that department.",
        ))
    }
    /// Any console user.
    ///
    /// # Errors
    /// `actor.user` for client systems.
    pub fn require_user(&self) -> Result<&UserId> {
        match self {
            Actor::User { id, .. } => Ok(id),
            _ => Err(Error::forbidden(
                "actor.user",
                "此操作须由登录用户在控制台办理。",
                "Only a console user may do this.",
            )),
        }
    }
    /// `user:<id>` or `client:<client id>`, as evidence openings name the caller; `user:<id> for user:<id>` for a
    /// user who stands in for another.
    pub fn label(&self) -> String {
        match self {
            Actor::User { id, on_behalf_of: Some(other), .. } => format!("user:{id} for user:{other}"),
            Actor::User { id, .. } => format!("user:{id}"),
            Actor::Client { client_id, .. } => format!("client:{client_id}"),
            Actor::System => "system".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who stands in for another has that person's role and organisation, and both stand in the record.
    #[test]
    fn a_stand_in_is_recorded_under_both_names() {
        let organisation =
            ActorOrganisation { id: "o".to_owned().into(), name: "局".into(), credit_code: "c".into() };
        let own = Actor::user("b".to_owned().into(), Role::DepartmentHead, organisation.clone());
        assert_eq!(own.label(), "user:b");
        let acting = Actor::User {
            id: "b".to_owned().into(),
            role: Role::DepartmentHead,
            organisation,
            on_behalf_of: Some("a".to_owned().into()),
        };
        assert_eq!(acting.label(), "user:b for user:a");
        assert!(acting.require_in(&"o".to_owned().into(), &[Role::DepartmentHead]).is_ok());
        assert!(acting.require_in(&"p".to_owned().into(), &[Role::DepartmentHead]).is_err());
    }
}
