//! What waits for people (待办) in requests, grants and needs.

use async_trait::async_trait;
use kernel::error::Result;
use kernel::ids::OrganisationId;
use kernel::todo::{Todo, TodoSource};
use kernel::working_time::due_ms;
use kernel::{Actor, Role};

use crate::Sharing;
use crate::model::{GrantState, NeedState, RequestState, Step};
use crate::settings;
use crate::store;
use crate::store::grant::Grant;
use crate::store::need::Need;
use crate::store::request::Request;
use crate::store::request_list::{Filter, Of, waiting};

/// Sharing as a source of things to do.
pub(crate) struct Todos(pub Sharing);

#[async_trait]
impl TodoSource for Todos {
    async fn todos(&self, actor: &Actor) -> Result<Vec<Todo>> {
        let (Some(role), Some(own)) = (actor.role(), actor.organisation()) else { return Ok(Vec::new()) };
        let mut todos = Vec::new();
        match role {
            Role::DepartmentOperator | Role::DepartmentHead => {
                let head = role == Role::DepartmentHead;
                self.of_requests(&own.id, head, &mut todos).await?;
                self.of_grants(&own.id, head, &mut todos).await?;
                self.of_needs(&own.id, head, &mut todos).await?;
            }
            Role::BusinessOperator => self.of_the_authority(&mut todos).await?,
            Role::PlatformOperator | Role::SecurityAuditor | Role::DepartmentDeveloper => {}
        }
        Ok(todos)
    }
}

/// What is to be done, in both languages.
type Words = (&'static str, &'static str, &'static str);

impl Todos {
    async fn of_requests(&self, own: &OrganisationId, head: bool, todos: &mut Vec<Todo>) -> Result<()> {
        use RequestState as S;
        let db = &self.0.kernel.db;
        let filter = |of, states| Filter { of, states, resource: None, late_at: None };
        let as_consumer: &[S] = &[S::Draft, S::Signing, S::Incomplete, S::Approved];
        for request in waiting(db, &filter(Of::Consumer(own), as_consumer)).await? {
            let words: Option<Words> = match (request.state(), head) {
                (S::Signing, true) => Some(("sharing.request.sign", "签发共享申请", "Sign the request")),
                (S::Draft, false) => {
                    Some(("sharing.request.draft", "完成申请草稿并送签", "Finish the draft and submit it"))
                }
                (S::Incomplete, false) => {
                    Some(("sharing.request.complete", "按一次性告知补正申请", "Fill the gaps"))
                }
                (S::Approved, _) => {
                    Some(("sharing.request.accept_scope", "确认缩小的批准范围", "Accept the narrower scope"))
                }
                _ => None,
            };
            self.add(todos, &request, words, &request.provider_id).await?;
        }
        let as_provider: &[S] = &[S::Checking, S::Deciding, S::ProviderSigning, S::Delivering];
        for request in waiting(db, &filter(Of::Provider(own), as_provider)).await? {
            // The head is asked for the signature, and for all else once the clock has run out.
            let late = request.clock.step >= Step::Head.number();
            let words: Option<Words> = match (request.state(), head) {
                (S::ProviderSigning, true) => {
                    Some(("sharing.request.sign_decision", "签批办理意见", "Sign the decision"))
                }
                (S::ProviderSigning, false) => None,
                (S::Checking, _) if !head || late => {
                    Some(("sharing.request.check", "受理共享申请", "Check the request"))
                }
                (S::Deciding, _) if !head || late => {
                    Some(("sharing.request.decide", "办理共享申请", "Decide the request"))
                }
                (S::Delivering, _) if !head || late => {
                    Some(("sharing.request.deliver", "交付数据", "Deliver the data"))
                }
                _ => None,
            };
            self.add(todos, &request, words, &request.consumer_id).await?;
        }
        Ok(())
    }

    async fn add(
        &self,
        todos: &mut Vec<Todo>,
        request: &Request,
        words: Option<Words>,
        other: &OrganisationId,
    ) -> Result<()> {
        let Some((kind, zh, en)) = words else { return Ok(()) };
        todos.push(Todo {
            kind: kind.to_owned(),
            zh: zh.to_owned(),
            en: en.to_owned(),
            title: request.resource_name.clone(),
            link: format!("/requests/{}", request.id),
            organisation: Some(self.0.catalog.organisations().await?.name(other).to_owned()),
            since_ms: request.since_ms,
            due_ms: (request.clock.stage.map(|_| request.clock.due_ms))
                .or(request.completion.map(|clock| clock.due_ms)),
        });
        Ok(())
    }

    async fn of_grants(&self, own: &OrganisationId, head: bool, todos: &mut Vec<Todo>) -> Result<()> {
        let days = self.0.kernel.days(&settings::RECTIFY).await?;
        let now_ms = self.0.kernel.now_ms();
        for grant in store::grant::suspended(&self.0.kernel.db, own).await? {
            let live = grant.state.at(grant.valid_until_ms, now_ms) == GrantState::Suspended;
            if !live || !self.0.is_breach(grant.cause.as_deref()).await? {
                continue;
            }
            let since_ms = grant.changed_ms.unwrap_or(grant.created_ms);
            let (words, since_ms, due, other): (Words, _, _, _) = match grant.rectified_ms {
                None if grant.consumer_id == *own => {
                    let words =
                        ("sharing.grant.rectify", "提交整改报告", "Hand in the report of rectification");
                    (words, since_ms, Some(due_ms(since_ms, days)), &grant.provider_id)
                }
                Some(handed_in) if head && grant.provider_id == *own => {
                    let words = ("sharing.grant.judge", "审定整改：恢复或者终止", "Resume or end the grant");
                    (words, handed_in, None, &grant.consumer_id)
                }
                _ => continue,
            };
            todos.push(self.of_grant(&grant, words, since_ms, due, other).await?);
        }
        Ok(())
    }

    async fn of_grant(
        &self,
        grant: &Grant,
        (kind, zh, en): Words,
        since_ms: i64,
        due_ms: Option<i64>,
        other: &OrganisationId,
    ) -> Result<Todo> {
        let name = self.0.catalog.resource(&grant.resource_id).await?.map(|resource| resource.name);
        Ok(Todo {
            kind: kind.to_owned(),
            zh: zh.to_owned(),
            en: en.to_owned(),
            title: name.unwrap_or_default(),
            link: format!("/grants/{}", grant.id),
            organisation: Some(self.0.catalog.organisations().await?.name(other).to_owned()),
            since_ms,
            due_ms,
        })
    }

    async fn of_needs(&self, own: &OrganisationId, head: bool, todos: &mut Vec<Todo>) -> Result<()> {
        let states = [NeedState::Open, NeedState::Committed, NeedState::Designated, NeedState::Listed];
        let needs = store::need::waiting(&self.0.kernel.db, &states).await?;
        let ids: Vec<_> = needs.iter().map(|need| need.id.clone()).collect();
        let answers = store::need::answers(&self.0.kernel.db, &ids).await?;
        for need in &needs {
            let consumer = need.consumer_id == *own;
            let responsible = need.responsible_id.as_ref() == Some(own);
            let answered = answers.iter().any(|one| one.need_id == need.id && one.organisation_id == *own);
            // The head sees to it once the clock has run out.
            let mine = !head || need.clock.step >= Step::Head.number();
            let words: Words = match need.state {
                NeedState::Open if mine && !consumer && !answered => {
                    ("sharing.need.answer", "应答数据需求", "Answer the need")
                }
                NeedState::Committed | NeedState::Designated if mine && responsible => {
                    ("sharing.need.list", "将数据编目并关联到需求", "List the data and link it")
                }
                NeedState::Listed if consumer && !head => (
                    "sharing.need.use",
                    "数据已编目：申请使用并办结需求",
                    "Listed: request it and close the need",
                ),
                _ => continue,
            };
            todos.push(self.of_need(need, words).await?);
        }
        Ok(())
    }

    async fn of_need(&self, need: &Need, (kind, zh, en): Words) -> Result<Todo> {
        Ok(Todo {
            kind: kind.to_owned(),
            zh: zh.to_owned(),
            en: en.to_owned(),
            title: need.content.title.clone(),
            link: format!("/needs/{}", need.id),
            organisation: Some(self.0.catalog.organisations().await?.name(&need.consumer_id).to_owned()),
            since_ms: need.created_ms,
            due_ms: need.clock.stage.map(|_| need.clock.due_ms),
        })
    }

    async fn of_the_authority(&self, todos: &mut Vec<Todo>) -> Result<()> {
        use RequestState as S;
        let states: &[S] = &[S::Checking, S::Deciding, S::ProviderSigning, S::Delivering];
        let filter = Filter { of: Of::Everyone, states, resource: None, late_at: None };
        for request in waiting(&self.0.kernel.db, &filter).await? {
            let asked = request.extension.as_ref().is_some_and(|one| one.agreed.is_none());
            let words: Option<Words> = if asked && request.state() != S::Delivering {
                Some(("sharing.request.extension", "审定延期答复", "Consent to the extension"))
            } else if request.clock.step >= Step::Authority.number() {
                Some(("sharing.request.urge", "督办逾期的共享申请", "See to the late request"))
            } else {
                None
            };
            self.add(todos, &request, words, &request.provider_id).await?;
        }
        let states = [NeedState::Open, NeedState::Committed, NeedState::Designated];
        for need in store::need::waiting(&self.0.kernel.db, &states).await? {
            if need.clock.step < Step::Authority.number() {
                continue;
            }
            let words = if need.state == NeedState::Open {
                ("sharing.need.designate", "指定责任单位", "Name the responsible department")
            } else {
                ("sharing.need.urge", "督办逾期未编目的需求", "See to the listing that is late")
            };
            todos.push(self.of_need(&need, words).await?);
        }
        Ok(())
    }
}
