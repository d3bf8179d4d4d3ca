//! The map of the county's systems at a time.

use std::collections::{BTreeMap, HashMap, HashSet};

use catalog::model::{InformationSystem, Organisations, SystemState};
use kernel::clock::shanghai_day;
use kernel::ids::{OrganisationId, SystemId};
use kernel::{Actor, Result, Role};

use super::budget::month_views;
use super::inventory::hangs;
use crate::model::Month;
use crate::model::chimney::{ChimneyMap, ChimneyView, DepartmentView, FlowState, FlowView};
use crate::store::usage::{self, Flow, span};
use crate::{Inventory, Projects};

/// Days in which calls are counted.
const WINDOW_DAYS: i32 = 30;
/// Roles that see every flow.
const SEES_ALL: &[Role] = &[Role::BusinessOperator, Role::SecurityAuditor, Role::PlatformOperator];

/// What was called up to a time.
struct Calls {
    /// Within the window.
    window: Vec<Flow>,
    /// Ever before the time's own month, and in that month up to its day.
    before: [Vec<Flow>; 2],
    grants: Vec<span::Model>,
}

impl Calls {
    fn keep(&mut self, party: &str) {
        let of = |consumer: &str, provider: &str| consumer == party || provider == party;
        for flows in self.before.iter_mut().chain([&mut self.window]) {
            flows.retain(|flow| of(&flow.consumer, &flow.provider));
        }
        self.grants.retain(|grant| of(&grant.consumer, &grant.provider));
    }
}

fn year_of(month: Month) -> i32 {
    month.0.div_euclid(12)
}

/// State of a system at a time; `None` before it was built. The inventory keeps years, so a year is the step.
fn state_at(
    system: &InformationSystem,
    stopped: Option<i32>,
    year: i32,
    is_now: bool,
) -> Option<SystemState> {
    if is_now {
        return Some(system.state);
    }
    if system.built_year.is_some_and(|built| built > year) {
        return None;
    }
    match (system.state, stopped) {
        (SystemState::Retired, Some(stopped)) if year < stopped => Some(SystemState::Running),
        (state, _) => Some(state),
    }
}

/// When a system was given up: as the inventory says, else when the one that took its place was built.
fn stopped_year(system: &InformationSystem, all: &HashMap<&SystemId, &InformationSystem>) -> Option<i32> {
    if system.state != SystemState::Retired {
        return None;
    }
    let next = || all.get(system.replaced_by.as_ref()?)?.built_year;
    system.retired_year.or_else(next)
}

impl Projects {
    /// The map at a time, or now. Departments see all systems, and of the flows those to which they are a party.
    ///
    /// # Errors
    /// `actor.user`; when the database cannot be read.
    pub async fn chimneys(&self, actor: &Actor, at_ms: Option<i64>) -> Result<ChimneyMap> {
        actor.require_user()?;
        self.count_use().await?;
        let now = self.kernel.now_ms();
        let at_ms = at_ms.unwrap_or(now).clamp(0, now);
        let mut calls = self.calls(at_ms).await?;
        let whole = actor.has_role(SEES_ALL);
        let own = actor.organisation().map(|own| own.credit_code.clone()).unwrap_or_default();
        if !whole {
            calls.keep(&own);
        }
        let inventory = self.inventory().await?;
        let organisations = self.catalog.organisations().await?;
        let months = usage::months(&self.kernel.db, (!whole).then_some(own.as_str()), None).await?;
        // What is asked of the present month is asked of the present.
        let is_now = Month::of(at_ms) == Month::of(now);
        Ok(ChimneyMap {
            at_ms,
            window_days: WINDOW_DAYS,
            whole,
            departments: departments(&inventory, &organisations, &calls, at_ms, is_now),
            flows: flows(&organisations, &calls),
            months: month_views(months),
        })
    }

    async fn calls(&self, at_ms: i64) -> Result<Calls> {
        let db = &self.kernel.db;
        let day = |ms: i64| i32::try_from(shanghai_day(ms)).unwrap_or(0);
        let (today, month) = (day(at_ms), Month::of(at_ms));
        Ok(Calls {
            window: usage::flows(db, "d", today - WINDOW_DAYS + 1, today).await?,
            before: [
                usage::flows(db, "m", 0, month.0 - 1).await?,
                usage::flows(db, "d", day(month.start_ms()), today).await?,
            ],
            grants: usage::open_grants(db, at_ms).await?,
        })
    }
}

fn departments(
    inventory: &Inventory,
    organisations: &Organisations,
    calls: &Calls,
    at_ms: i64,
    is_now: bool,
) -> Vec<DepartmentView> {
    let mut by_resource: HashMap<&str, i64> = HashMap::new();
    for flow in &calls.window {
        *by_resource.entry(&flow.resource).or_default() += flow.calls;
    }
    let mut used: HashMap<&SystemId, (i64, i64, i64)> = HashMap::new();
    for resource in &inventory.resources {
        let Some(system) = &resource.system_id else { continue };
        let sum = used.entry(system).or_default();
        sum.0 += by_resource.get(resource.code.as_str()).copied().unwrap_or(0);
        sum.1 += i64::from(resource.state.in_force());
        sum.2 += i64::from(hangs(resource));
    }
    let all: HashMap<_, _> = inventory.systems.iter().map(|system| (&system.id, system)).collect();
    let year = year_of(Month::of(at_ms));
    let mut systems: HashMap<&OrganisationId, Vec<ChimneyView>> = HashMap::new();
    for system in &inventory.systems {
        let stopped_year = stopped_year(system, &all);
        let Some(state) = state_at(system, stopped_year, year, is_now) else { continue };
        let (calls, listed, mounted) = used.get(&system.id).copied().unwrap_or_default();
        systems.entry(&system.organisation_id).or_default().push(ChimneyView {
            system_id: system.id.clone(),
            name: system.name.clone(),
            state,
            built_year: system.built_year,
            stopped_year,
            calls,
            listed,
            mounted,
        });
    }
    let flowing: HashSet<&str> =
        calls.window.iter().flat_map(|flow| [flow.consumer.as_str(), flow.provider.as_str()]).collect();
    organisations
        .iter()
        .filter(|one| systems.contains_key(&one.id) || flowing.contains(one.credit_code.as_str()))
        .map(|one| DepartmentView {
            organisation_id: one.id.clone(),
            name: one.name.clone(),
            short_name: one.short_name.clone(),
            systems: systems.get(&one.id).cloned().unwrap_or_default(),
        })
        .collect()
}

#[derive(Default)]
struct Sum {
    calls: i64,
    refused: i64,
    last_ms: i64,
    grants: i64,
    unused: i64,
}

fn flows(organisations: &Organisations, calls: &Calls) -> Vec<FlowView> {
    let mut sums: BTreeMap<(&str, &str), Sum> = BTreeMap::new();
    let mut called: HashSet<(&str, &str)> = HashSet::new();
    for flow in &calls.window {
        let sum = sums.entry((&flow.consumer, &flow.provider)).or_default();
        sum.calls += flow.calls;
        sum.refused += flow.refused;
        if flow.calls > 0 {
            called.insert((&flow.consumer, &flow.resource));
        }
    }
    for flow in calls.before.iter().flatten().filter(|flow| flow.last_ms > 0) {
        let sum = sums.entry((&flow.consumer, &flow.provider)).or_default();
        sum.last_ms = sum.last_ms.max(flow.last_ms);
    }
    for grant in &calls.grants {
        let sum = sums.entry((&grant.consumer, &grant.provider)).or_default();
        sum.grants += 1;
        sum.unused += i64::from(!called.contains(&(grant.consumer.as_str(), grant.resource.as_str())));
    }
    let by_code: HashMap<_, _> = organisations.iter().map(|one| (one.credit_code.as_str(), one)).collect();
    sums.into_iter()
        .filter_map(|((consumer, provider), sum)| {
            // Refusals of unknown callers have no two sides and are no flow.
            let (consumer, provider) = (by_code.get(consumer)?, by_code.get(provider)?);
            let state = match () {
                () if sum.calls > 0 => FlowState::Alive,
                () if sum.last_ms > 0 => FlowState::Dead,
                () if sum.grants > 0 => FlowState::Unused,
                () => return None,
            };
            Some(FlowView {
                consumer_id: consumer.id.clone(),
                consumer_name: consumer.name.clone(),
                provider_id: provider.id.clone(),
                provider_name: provider.name.clone(),
                calls: sum.calls,
                refused: sum.refused,
                last_ms: (sum.last_ms > 0).then_some(sum.last_ms),
                state,
                grants: sum.grants,
                unused_grants: sum.unused,
            })
        })
        .collect()
}
