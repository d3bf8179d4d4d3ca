//! Creates a console user.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::OrganisationId;
use kernel::{Actor, Error, Result, Role};

use crate::Identity;
use crate::model::{User, UserInput, check_password, check_username, fold_username};
use crate::store;

impl Identity {
    /// Creates a user. Platform operators only.
    ///
    /// # Errors
    /// `actor.role`, `organisation.not_found`, `identity.user.username_taken`, or `input.invalid` with every gap.
    pub async fn create_user(&self, actor: &Actor, input: UserInput) -> Result<User> {
        if !matches!(actor, Actor::System) {
            actor.require(&[Role::PlatformOperator])?;
        }
        let username = fold_username(&input.username);
        let display_name = input.display_name.filter(|name| !name.trim().is_empty());
        let display_name = display_name.unwrap_or_else(|| username.clone()).trim().to_owned();
        let mut fields = Fields::default();
        check_username(&username, &mut fields);
        fields.text("display_name", &display_name, 50);
        check_password("password", &input.password, &username, &mut fields);
        fields.finish()?;
        let organisation = self.known_organisation(&input.organisation_id).await?;
        let now = self.kernel.now_ms();
        let row = store::user::Model {
            id: self.kernel.new_id(),
            display_name,
            role: input.role.as_str().to_owned(),
            organisation_id: organisation.id,
            password_hash: self.hash_password(input.password).await?,
            disabled: input.disabled,
            created_ms: now,
            password_changed_ms: now,
            username,
        };
        let view = self.user_view(&row).await?;
        let tx = self.kernel.begin().await?;
        if store::user::by_username(tx.connection(), &row.username).await?.is_some() {
            return Err(Error::conflict(
                "identity.user.username_taken",
                "此用户名已被使用，请换一个。",
                "This user name is taken; choose another.",
            ));
        }
        store::user::insert(tx.connection(), row).await?;
        let leaf = Leaf { provider: Some(organisation.credit_code), ..Leaf::of("identity.user.created") };
        let detail = format!("{} {}", view.username, view.role.as_str());
        tx.record(actor, leaf, None, Some(detail)).await?;
        tx.commit().await?;
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
        let input = UserInput {
            username: username.to_owned(),
            display_name: None,
            role,
            organisation_id: organisation.clone(),
            password: password.to_owned(),
            disabled: false,
        };
        self.create_user(&Actor::System, input).await
    }
}
