//! The county's past: three years in which departments join one after another, list what they hold, ask each other, and use
//! what they were given.
//!
//! Nothing of it is written by hand. The hub runs with a clock that was wound back ([`super::clock`]); every step goes
//! through the public interface inside this process, clocks run out and escalate by themselves, agents that really run pin
//! what is granted, and calls are answered by them. When the present is reached the hub goes on with the machine's clock.

mod calls;
mod catalogue;
mod copies;
mod documents;
mod found;
mod needs;
mod plans;
mod quality;
mod requests;
mod revisions;
mod special;
mod subscriptions;

pub use calls::body as call_body;

use std::path::Path;
use std::sync::Arc;

use county::{County, Department};
use kernel::clock::{Clock as _, SystemClock};
use kernel::{follow_up, working_time};
use serde_json::Value;
use server::Hub;

use super::Say;
use super::api::{Session, text};
use super::clock::WindingClock;
use super::departments::Agents;
use super::seed::Seeded;
use super::stores::Stores;

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// How long the past is.
pub const YEARS_MS: i64 = 3 * 365 * DAY_MS;
/// The departments that were there from the beginning.
const FIRST: usize = 5;
/// Days between one department's joining and the next.
const BETWEEN: i64 = 42;

/// Everything the past needs.
pub struct Past<'a> {
    /// The hub.
    pub hub: &'a Hub,
    /// Its clock.
    pub clock: &'a WindingClock,
    /// The county.
    pub county: &'a Arc<County>,
    /// The departments' stores.
    pub stores: &'a Stores,
    /// Folder of the demo.
    pub dir: &'a Path,
    /// Address of the hub.
    pub url: &'a str,
    /// Whether there is a history, or only today.
    pub history: bool,
    /// When it began, Unix milliseconds.
    pub begin_ms: i64,
}

/// Lives through the past and gives what stands at its end.
pub async fn live(past: &Past<'_>, agents: &mut Agents, say: &Say) -> anyhow::Result<Seeded> {
    let mut seeded = found::bureau(past).await?;
    if past.history {
        quality::rest(&seeded).await?;
    }
    let departments = past.county.departments();
    let mut traffic = calls::Traffic::new(past.county);
    let mut granted = 0;
    let (first, later) = departments.split_at(FIRST.min(departments.len()));
    join(past, &mut seeded, agents, first).await?;
    granted += requests::grant_what_can_be(past, &seeded, granted).await?;
    for (at, department) in later.iter().enumerate() {
        past.to_day(60 + BETWEEN * i64::try_from(at)?).await?;
        traffic.use_grants(past, &seeded).await?;
        join(past, &mut seeded, agents, std::slice::from_ref(department)).await?;
        granted += requests::grant_what_can_be(past, &seeded, granted).await?;
    }
    say.line(
        &format!("{} 个部门先后接入，{granted} 项授权已由各部门前置机接受。", seeded.departments.len()),
        &format!(
            "{} departments joined; {granted} grants were accepted by their agents.",
            seeded.departments.len()
        ),
    );
    if past.history {
        needs::settled(past, &seeded).await?;
        special::changes(past, &seeded).await?;
        plans::decided(past, &seeded).await?;
        traffic.until_recently(past, &seeded).await?;
        read_notices(&seeded).await?;
        special::open_requests(past, &seeded).await?;
        traffic.use_grants(past, &seeded).await?;
    }
    let granted = subscriptions::ask(past, &seeded).await?;
    let archive = documents::ask(past, &seeded).await?;
    let held = copies::ask(past, &seeded).await?;
    past.clock.catch_up();
    subscriptions::begin(&seeded, &granted, say).await?;
    documents::begin(&seeded, &archive, say).await?;
    copies::begin(&seeded, &held, say).await?;
    quality::take(&seeded, past.history).await?;
    Ok(seeded)
}

/// What came in the years before has been read; what comes from now on lies in the inboxes.
async fn read_notices(seeded: &Seeded) -> anyhow::Result<()> {
    let people = seeded.departments.iter().flat_map(|one| [&one.operator, &one.head]);
    for person in [&seeded.admin, &seeded.business].into_iter().chain(people) {
        person.post("/api/v1/notices/read-all", &serde_json::json!({})).await?;
    }
    Ok(())
}

/// A few departments join, list and mount what they hold.
async fn join(
    past: &Past<'_>,
    seeded: &mut Seeded,
    agents: &mut Agents,
    departments: &[Department],
) -> anyhow::Result<()> {
    let from = seeded.departments.len();
    for department in departments {
        let one = found::department(past, seeded, agents, department).await?;
        seeded.departments.push(one);
    }
    agents.joined().await?;
    catalogue::publish(past, seeded, from).await?;
    if past.history {
        catalogue::list(past, seeded, from).await?;
    }
    Ok(())
}

impl Past<'_> {
    /// Somebody who works inside this process.
    fn inside(&self, actor: kernel::Actor) -> Session {
        Session::inside(self.hub.router.clone(), actor)
    }

    /// Moves on to a time, unless it has passed, and does what has become due by then.
    async fn move_to(&self, ms: i64) -> anyhow::Result<()> {
        if !self.history {
            return Ok(());
        }
        self.clock.move_to(ms);
        follow_up::run_due(&self.hub.kernel, &self.hub.handlers).await?;
        Ok(())
    }

    /// Moves on to a day since the beginning, in office hours.
    async fn to_day(&self, day: i64) -> anyhow::Result<()> {
        self.move_to(self.begin_ms + day * DAY_MS).await
    }

    /// Moves on by working days, to an hour of the morning that differs from day to day.
    async fn later(&self, working_days: u32) -> anyhow::Result<()> {
        let end = working_time::due_ms(self.clock.now_ms(), working_days);
        let hours = 7 + (end / DAY_MS) % 7;
        self.move_to(end - hours * HOUR_MS + (end / DAY_MS * 7_919) % HOUR_MS).await
    }

    /// Days from now until the present.
    fn days_left(&self) -> i64 {
        (SystemClock.now_ms() - self.clock.now_ms()) / DAY_MS
    }
}

/// The id in an answer.
fn id(value: &Value) -> anyhow::Result<String> {
    text(value, "id")
}
