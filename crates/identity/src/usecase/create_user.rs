//! Creates a console user.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::OrganisationId;
use kernel::{Actor, Error, Result, Role};

use crate::Identity;
use crate::model::{User, UserInput, check_password, check_person, check_username, fold_username};
use crate::store;
use crate::usecase::parting;

impl Identity {
    /// Creates a user. Platform operators only, and no auditors nor business operators: those are proposed.
    ///
    /// # Errors
    /// `actor.role`, `identity.user.needs_proposal`, `identity.user.parted_roles`, `organisation.not_found`,
    /// `identity.user.username_taken`, or `input.invalid` with every gap.
    pub async fn create_user(&self, actor: &Actor, input: UserInput) -> Result<User> {
        let system = matches!(actor, Actor::System);
        if !system {
            actor.require(&[Role::PlatformOperator])?;
            parting::alone(input.role)?;
        }
        let username = fold_username(&input.username);
        let person = folded_person(input.person.as_deref());
        let mut fields = Fields::default();
        let display_name =
            check_names(&username, input.display_name.as_deref(), person.as_deref(), &mut fields);
        check_password("password", &input.password, &username, &mut fields);
        if !system {
            parting::check_person_needed(input.role, person.as_deref(), &mut fields);
        }
        fields.finish()?;
        let row = store::user::Model {
            id: self.kernel.new_id(),
            display_name,
            role: input.role.as_str().to_owned(),
            organisation_id: input.organisation_id,
            password_hash: self.hash_password(input.password).await?,
            disabled: input.disabled,
            created_ms: self.kernel.now_ms(),
            password_changed_ms: self.kernel.now_ms(),
            username,
            person,
            parted_person: None,
            must_change_password: input.must_change_password,
        };
        let tx = self.kernel.begin().await?;
        let view = self.insert_user(&tx, actor, row).await?;
        tx.commit().await?;
        Ok(view)
    }

    /// Inserts a checked account within a transaction, with its evidence.
    pub(super) async fn insert_user(
        &self,
        tx: &kernel::Tx<'_>,
        actor: &Actor,
        mut row: store::user::Model,
    ) -> Result<User> {
        let organisation = self.known_organisation(&row.organisation_id).await?;
        row.mark_parted();
        if store::user::by_username(tx.connection(), &row.username).await?.is_some() {
            return Err(Error::conflict(
                "identity.user.username_taken",
                "此用户名已被使用，请换一个。",
                "This user name is taken; choose another.",
            ));
        }
        parting::check_one_role(tx.connection(), &row).await?;
        let view = self.user_view_within(tx.connection(), &row).await?;
        store::user::insert(tx.connection(), row).await?;
        let leaf = Leaf { provider: Some(organisation.credit_code), ..Leaf::of("identity.user.created") };
        let detail = format!("{} {}", view.username, view.role.as_str());
        tx.record(actor, leaf, None, Some(detail)).await?;
        Ok(view)
    }

    /// Creates a user without anybody being logged in: the first one of a node, or from the command line.
    ///
    /// # Errors
    /// As [`Identity::create_user`].
    pub async fn bootstrap(
        &self,
        username: &str,
        password: &str,
        role: Role,
        organisation: &OrganisationId,
    ) -> Result<User> {
        self.bootstrap_person(username, password, role, organisation, None).await
    }

    /// The same with the staff number of the person.
    ///
    /// # Errors
    /// As [`Identity::create_user`].
    pub async fn bootstrap_person(
        &self,
        username: &str,
        password: &str,
        role: Role,
        organisation: &OrganisationId,
        person: Option<&str>,
    ) -> Result<User> {
        let input = UserInput {
            username: username.to_owned(),
            display_name: None,
            role,
            organisation_id: organisation.clone(),
            password: password.to_owned(),
            disabled: false,
            person: person.map(str::to_owned),
            must_change_password: false,
        };
        self.create_user(&Actor::System, input).await
    }

    /// True when that role has an account that is not disabled.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn role_is_held(&self, role: Role) -> Result<bool> {
        Ok(!store::user::active_with_role(&self.kernel.db, role).await?.is_empty())
    }
}

/// A staff number as it is stored; `None` when none was given.
pub(super) fn folded_person(person: Option<&str>) -> Option<String> {
    person.map(str::trim).filter(|person| !person.is_empty()).map(str::to_uppercase)
}

/// Checks the names of a new account and gives the name to show.
pub(super) fn check_names(
    username: &str,
    display_name: Option<&str>,
    person: Option<&str>,
    fields: &mut Fields,
) -> String {
    let display_name =
        display_name.map(str::trim).filter(|name| !name.is_empty()).unwrap_or(username).to_owned();
    check_username(username, fields);
    fields.text("display_name", &display_name, 50);
    if let Some(person) = person {
        check_person(person, fields);
    }
    display_name
}
