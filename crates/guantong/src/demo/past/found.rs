//! Organisations and their people, information systems, client systems and agents.

use std::collections::HashMap;

use anyhow::Context as _;
use county::Department;
use identity::model::UserInput;
use kernel::actor::ActorOrganisation;
use kernel::ids::{ClientId, OrganisationId, UserId};
use kernel::{Actor, Role};
use serde_json::json;

use super::super::api::{Session, text};
use super::super::departments::{Agents, Joining};
use super::super::seed::{
    PASSWORD, Seeded, SeededClient, SeededDepartment, account, organisation, person, state_code,
};
use super::{Past, documents, id};

/// The data bureau, and the three who run the platform.
pub async fn bureau(past: &Past<'_>) -> anyhow::Result<Seeded> {
    let input = organisation("云澜县数据局", "数据局", &state_code("MB000000"), county::REGION);
    let bureau = past.hub.catalog.create_organisation(&Actor::System, input).await?;
    let own = ActorOrganisation {
        id: bureau.id.clone(),
        name: bureau.name.clone(),
        credit_code: bureau.credit_code.clone(),
    };
    // The first holders of the three roles are made with the node; later ones are proposed and confirmed.
    let holder = async |username: &str, role: Role| {
        let input = UserInput {
            username: username.to_owned(),
            display_name: person(username),
            role,
            organisation_id: bureau.id.clone(),
            password: PASSWORD.to_owned(),
            disabled: false,
            person: None,
            must_change_password: false,
        };
        let user = past.hub.identity.create_user(&Actor::System, input).await?;
        anyhow::Ok(past.inside(Actor::user(user.id, role, own.clone())))
    };
    let admin = holder("admin", Role::PlatformOperator).await?;
    let mut accounts = vec![account("admin", Role::PlatformOperator, &bureau.name)];
    let mut others = Vec::new();
    for (username, role) in [("business", Role::BusinessOperator), ("auditor", Role::SecurityAuditor)] {
        others.push(holder(username, role).await?);
        accounts.push(account(username, role, &bureau.name));
    }
    let business = others.swap_remove(0);
    negative_list(&business).await?;
    Ok(Seeded { url: past.url.to_owned(), accounts, departments: Vec::new(), admin, business })
}

/// What must not be shared, and by which law: name, pattern, basis.
const WITHHELD: [(&str, &str, &str); 3] = [
    ("反恐怖工作信息", "*反恐怖*", "《中华人民共和国反恐怖主义法》第四十八条"),
    ("传染病报告个案", "*传染病报告个案*", "《中华人民共和国传染病防治法》第十二条"),
    ("纳税人发票明细", "*发票明细*", "《中华人民共和国税收征收管理法》第八条"),
];

async fn negative_list(business: &Session) -> anyhow::Result<()> {
    for (name, pattern, basis) in WITHHELD {
        let entry = json!({"name": name, "pattern": pattern, "basis": basis, "scope": "share"});
        business.post("/api/v1/negative-list", &entry).await?;
    }
    Ok(())
}

/// Makes a user, who then works inside this process.
async fn user_of(
    past: &Past<'_>,
    admin: &Session,
    username: &str,
    role: Role,
    organisation: &ActorOrganisation,
) -> anyhow::Result<Session> {
    let user = json!({
        "username": username, "display_name": person(username), "role": role.as_str(),
        "organisation_id": organisation.id, "password": PASSWORD,
    });
    let made = admin.post("/api/v1/users", &user).await?;
    Ok(past.inside(Actor::user(UserId::from(id(&made)?), role, organisation.clone())))
}

/// A department with its people, systems, client systems and agent, which begins to join.
pub async fn department(
    past: &Past<'_>,
    seeded: &mut Seeded,
    agents: &mut Agents,
    department: &Department,
) -> anyhow::Result<SeededDepartment> {
    let input = json!({
        "name": department.zh, "short_name": department.short, "credit_code": department.credit_code,
        "kind": "department", "region": county::REGION,
    });
    let organisation_id = id(&seeded.admin.post("/api/v1/organisations", &input).await?)?;
    let organisation = ActorOrganisation {
        id: OrganisationId::from(organisation_id.clone()),
        name: department.zh.to_owned(),
        credit_code: department.credit_code.clone(),
    };
    let mut people = Vec::new();
    for (suffix, role) in [
        ("head", Role::DepartmentHead),
        ("operator", Role::DepartmentOperator),
        ("developer", Role::DepartmentDeveloper),
    ] {
        let username = format!("{}-{suffix}", department.key);
        people.push(user_of(past, &seeded.admin, &username, role, &organisation).await?);
        seeded.accounts.push(account(&username, role, department.zh));
    }
    let [head, operator, developer] =
        <[Session; 3]>::try_from(people).ok().context("three people for a department")?;
    let systems = systems(&operator, &organisation_id, department.key).await?;
    // The county keeps one client system a department; it belongs to the department's first store.
    let system = department.systems.first().and_then(|system| systems.get(system.zh));
    let clients = clients(past, &developer, &organisation, department, system).await?;
    let agent = json!({"name": department.agent, "organisation_id": organisation_id});
    let agent = seeded.admin.post("/api/v1/agents", &agent).await?;
    let own = past.dir.join("agents").join(department.key);
    let mut sources = toml::Table::new();
    for system in &department.systems {
        sources.insert(system.source.to_owned(), past.stores.source(system.source, &own)?);
    }
    if let Some((source, folder)) = documents::archive(past, department, &own)? {
        sources.insert(source.to_owned(), folder);
    }
    let (name, code) = (department.zh.to_owned(), text(&agent, "join_code")?);
    let targets = past.stores.targets(&own)?;
    agents.join(Joining { name: name.clone(), own, url: past.url.to_owned(), code, sources, targets });
    Ok(SeededDepartment {
        key: department.key,
        name,
        organisation_id,
        agent_id: id(&agent["agent"])?,
        systems,
        resources: Vec::new(),
        clients,
        operator,
        head,
    })
}

/// Every information system of the department, with what took its place. Gives ids by name.
async fn systems(
    operator: &Session,
    organisation_id: &str,
    key: &str,
) -> anyhow::Result<HashMap<String, String>> {
    let own: Vec<_> = county::systems().into_iter().filter(|system| system.department == key).collect();
    let mut ids = HashMap::new();
    for system in &own {
        let input = json!({
            "organisation_id": organisation_id, "name": system.name, "purpose": system.purpose,
            "built_year": system.built_year, "cost_yuan": system.cost_yuan, "users": system.users,
            "yearly_cost_yuan": system.yearly_cost_yuan, "user_count": system.user_count, "owner": system.owner,
            "state": system.state.as_str(),
        });
        let made = operator.post("/api/v1/systems", &input).await?;
        ids.insert(system.name.clone(), id(&made)?);
    }
    for system in &own {
        let Some(successor) = system.replaced_by.as_ref().and_then(|name| ids.get(name)) else { continue };
        let path = format!("/api/v1/systems/{}", ids[&system.name]);
        operator.patch(&path, &json!({"replaced_by": successor})).await?;
    }
    Ok(ids)
}

async fn clients(
    past: &Past<'_>,
    developer: &Session,
    organisation: &ActorOrganisation,
    department: &Department,
    system: Option<&String>,
) -> anyhow::Result<Vec<SeededClient>> {
    let mut clients = Vec::new();
    for client in &department.clients {
        let input = json!({"client_id": client.client_id, "name": client.zh, "system_id": system});
        let made = developer.post("/api/v1/clients", &input).await?;
        let row = if made["client"].is_object() { &made["client"] } else { &made };
        let actor = Actor::Client {
            id: ClientId::from(id(row)?),
            client_id: client.client_id.to_owned(),
            organisation: organisation.clone(),
        };
        let secret = text(&made, "secret")?;
        clients.push(SeededClient { id: client.client_id.to_owned(), secret, inside: past.inside(actor) });
    }
    Ok(clients)
}
