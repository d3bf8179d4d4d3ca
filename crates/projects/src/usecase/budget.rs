//! The budget view: what each system costs and what it is used for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use catalog::model::{InformationSystem, Resource, ShareType, SystemState};
use kernel::ids::{OrganisationId, SystemId};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result, Role};
use serde::Deserialize;
use standards::kind::ValueKind;

use super::inventory::hangs;
use super::usage::Period;
use crate::matching::Ratio;
use crate::model::Month;
use crate::model::budget::{
    BudgetDetail, BudgetLine, ConsumerView, DepartmentSum, ElementView, Flag, FlagView, MonthView,
    OverlapView,
};
use crate::store::usage::{self, Flow, MonthSum};
use crate::{Projects, SILENT_MONTHS};

/// Roles that see the budget view of every department.
const SEES_ALL: &[Role] = &[Role::BusinessOperator, Role::SecurityAuditor];
/// Roles that see their own department's.
const OWN: &[Role] = &[Role::DepartmentHead, Role::DepartmentOperator];

/// What the budget view may be narrowed to.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BudgetFilter {
    /// First month of the period, `2025-12`; eleven before the last when left out.
    #[serde(default)]
    pub from_month: Option<String>,
    /// Last month of the period; the present one when left out.
    #[serde(default)]
    pub until_month: Option<String>,
    /// Owner.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// State of the system.
    #[serde(default)]
    pub state: Option<SystemState>,
    /// Only systems with this flag.
    #[serde(default)]
    pub flag: Option<Flag>,
}

/// Everything the figures are made of.
struct Books {
    systems: Vec<InformationSystem>,
    resources: HashMap<SystemId, Vec<Resource>>,
    /// Calls in the period, by resource code.
    period: HashMap<String, Vec<Flow>>,
    /// Calls ever, by resource code.
    ever: HashMap<String, Vec<Flow>>,
    /// Consumers that may call now, by resource code.
    granted: HashMap<String, BTreeSet<String>>,
    /// Systems that hold a data element.
    holders: BTreeMap<String, BTreeSet<SystemId>>,
    now: Month,
    silent_after: i64,
}

fn by_resource(flows: Vec<Flow>) -> HashMap<String, Vec<Flow>> {
    let mut all: HashMap<String, Vec<Flow>> = HashMap::new();
    for flow in flows {
        all.entry(flow.resource.clone()).or_default().push(flow);
    }
    all
}

/// Data elements of resources; names and numbers of subjects stand in every one and are not counted.
fn elements<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> BTreeSet<&'a str> {
    let naming = |kind: &ValueKind| {
        matches!(
            kind,
            ValueKind::ResidentId | ValueKind::CreditCode | ValueKind::PersonName | ValueKind::EnterpriseName
        )
    };
    let items = resources.into_iter().flat_map(|resource| &resource.items);
    items.filter(|item| !naming(&item.kind)).map(|item| item.element.as_str()).collect()
}

impl Books {
    fn of(&self, system: &SystemId) -> &[Resource] {
        self.resources.get(system).map_or(&[], Vec::as_slice)
    }

    fn flows<'a>(
        &'a self,
        of: &'a HashMap<String, Vec<Flow>>,
        system: &SystemId,
    ) -> impl Iterator<Item = &'a Flow> {
        let codes: Vec<_> = self.of(system).iter().map(|resource| resource.code.clone()).collect();
        codes.into_iter().filter_map(|code| of.get(&code)).flatten()
    }

    fn line(&self, system: &InformationSystem) -> BudgetLine {
        let resources = self.of(&system.id);
        let listed: Vec<_> = resources.iter().filter(|resource| resource.state.in_force()).collect();
        let calls: i64 = self.flows(&self.period, &system.id).map(|flow| flow.calls).sum();
        let refused = self.flows(&self.period, &system.id).map(|flow| flow.refused).sum();
        let called: BTreeSet<_> = self
            .flows(&self.period, &system.id)
            .filter(|flow| flow.calls > 0)
            .map(|flow| flow.consumer.clone())
            .collect();
        let granted: BTreeSet<_> =
            resources.iter().filter_map(|one| self.granted.get(&one.code)).flatten().cloned().collect();
        let last = self.flows(&self.ever, &system.id).map(|flow| flow.last_ms).max().filter(|last| *last > 0);
        let own = elements(resources);
        let elsewhere = own
            .iter()
            .filter(|element| {
                self.holders.get(**element).is_some_and(|all| all.iter().any(|other| *other != system.id))
            })
            .count();
        let mut line = BudgetLine {
            system_id: system.id.clone(),
            name: system.name.clone(),
            organisation_id: system.organisation_id.clone(),
            organisation_name: system.organisation_name.clone(),
            state: system.state,
            built_year: system.built_year,
            cost_yuan: system.cost_yuan,
            yearly_cost_yuan: system.yearly_cost_yuan,
            user_count: system.user_count,
            cost_per_user: system
                .yearly_cost_yuan
                .zip(system.user_count)
                .map(|(yuan, people)| Ratio { numerator: yuan, denominator: people }),
            calls,
            refused,
            cost_per_use: system.cost_yuan.map(|yuan| Ratio { numerator: yuan, denominator: calls }),
            consumers: Ratio::of(called.len(), called.union(&granted).count()),
            overlap: Ratio::of(elsewhere, own.len()),
            listed: Ratio::of(listed.len(), resources.len()),
            mounted: Ratio::of(listed.iter().filter(|resource| hangs(resource)).count(), listed.len()),
            last_call_ms: last,
            silent_months: last.map(|last| self.now.since(Month::of(last))),
            flags: Vec::new(),
        };
        let all_withheld = listed.iter().all(|resource| resource.share_type == ShareType::None);
        line.flags = self.flags(&line, all_withheld);
        line
    }

    fn flags(&self, line: &BudgetLine, all_withheld: bool) -> Vec<FlagView> {
        let in_use = line.state == SystemState::Running;
        // A system without a past must have stood long enough to be silent.
        let stood = line.built_year.map_or(self.silent_after, |year| self.now.since(Month(year * 12 + 11)));
        let mut flags = Vec::new();
        if in_use && line.silent_months.unwrap_or(stood) >= self.silent_after {
            flags.push(Flag::Silent);
        }
        let idle = flags.contains(&Flag::Silent) || line.state == SystemState::Retired;
        if idle && line.yearly_cost_yuan.unwrap_or(0) > 0 {
            flags.push(Flag::StillPaid);
        }
        if in_use && line.listed.numerator == 0 {
            flags.push(Flag::NothingListed);
        } else if in_use && all_withheld {
            flags.push(Flag::AllWithheld);
        }
        if line.overlap.value().is_some_and(|share| share >= 0.5) {
            flags.push(Flag::Overlaps);
        }
        flags
            .into_iter()
            .map(|flag| {
                let (zh, en) = flag.reason();
                FlagView { flag, zh: zh.to_owned(), en: en.to_owned() }
            })
            .collect()
    }
}

fn has(line: &BudgetLine, flags: &[Flag]) -> bool {
    line.flags.iter().any(|view| flags.contains(&view.flag))
}

/// What one use or user costs, for sorting: unknown comes first, and what is paid for nobody costs most.
fn each(cost: Option<Ratio>) -> f64 {
    match cost {
        None => -1.0,
        Some(Ratio { numerator: 0, denominator: 0 }) => 0.0,
        Some(ratio) => ratio.value().unwrap_or(f64::INFINITY),
    }
}

fn sort(lines: &mut [BudgetLine], query: &ListQuery) {
    let (field, descending) = query.order().unwrap_or(("cost_yuan", true));
    let value = |ratio: Ratio| ratio.value().unwrap_or(-1.0);
    lines.sort_by(|a, b| {
        let order = match field {
            "calls" => a.calls.cmp(&b.calls),
            "cost_per_use" => each(a.cost_per_use).total_cmp(&each(b.cost_per_use)),
            "cost_per_user" => each(a.cost_per_user).total_cmp(&each(b.cost_per_user)),
            "yearly_cost_yuan" => a.yearly_cost_yuan.cmp(&b.yearly_cost_yuan),
            "user_count" => a.user_count.cmp(&b.user_count),
            "consumers" => a.consumers.numerator.cmp(&b.consumers.numerator),
            "overlap" => value(a.overlap).total_cmp(&value(b.overlap)),
            "listed" => value(a.listed).total_cmp(&value(b.listed)),
            "silent_months" => {
                let months = |line: &BudgetLine| line.silent_months.unwrap_or(i64::MAX);
                months(a).cmp(&months(b))
            }
            "built_year" => a.built_year.cmp(&b.built_year),
            "name" => a.name.cmp(&b.name),
            "organisation_name" => a.organisation_name.cmp(&b.organisation_name),
            _ => a.cost_yuan.cmp(&b.cost_yuan),
        };
        let order = if descending { order.reverse() } else { order };
        order.then_with(|| a.system_id.cmp(&b.system_id))
    });
}

impl Projects {
    async fn books(&self, period: Period) -> Result<Books> {
        self.count_use().await?;
        let inventory = self.inventory().await?;
        let db = &self.kernel.db;
        let now_ms = self.kernel.now_ms();
        let mut resources: HashMap<SystemId, Vec<Resource>> = HashMap::new();
        let mut holders: BTreeMap<String, BTreeSet<SystemId>> = BTreeMap::new();
        for resource in &inventory.resources {
            let Some(system) = &resource.system_id else { continue };
            for element in elements([resource]) {
                holders.entry(element.to_owned()).or_default().insert(system.clone());
            }
            resources.entry(system.clone()).or_default().push(resource.clone());
        }
        let mut granted: HashMap<String, BTreeSet<String>> = HashMap::new();
        for span in usage::open_grants(db, now_ms).await? {
            granted.entry(span.resource).or_default().insert(span.consumer);
        }
        Ok(Books {
            systems: inventory.systems.clone(),
            resources,
            period: by_resource(usage::flows(db, "m", period.from.0, period.until.0).await?),
            ever: by_resource(usage::flows(db, "m", 0, i32::MAX).await?),
            granted,
            holders,
            now: Month::of(now_ms),
            silent_after: self.kernel.number(&SILENT_MONTHS).await?,
        })
    }

    /// Lines the actor may see, before filter, order and page.
    async fn lines(&self, actor: &Actor, filter: &BudgetFilter) -> Result<(Books, Vec<BudgetLine>)> {
        actor.require(&[SEES_ALL, OWN].concat())?;
        let period = self.period(filter.from_month.as_deref(), filter.until_month.as_deref())?;
        let books = self.books(period).await?;
        let all = actor.has_role(SEES_ALL);
        let visible = |system: &&InformationSystem| all || actor.is_of(&system.organisation_id);
        let lines = books.systems.iter().filter(visible).map(|system| books.line(system)).collect();
        Ok((books, lines))
    }

    /// Systems with what they cost and what they are used for.
    ///
    /// # Errors
    /// `actor.role`, `input.query`; when the database cannot be read.
    pub async fn budget(
        &self,
        actor: &Actor,
        filter: &BudgetFilter,
        query: &ListQuery,
    ) -> Result<Page<BudgetLine>> {
        let (_, mut lines) = self.lines(actor, filter).await?;
        let text = query.search().map(|text| text.to_lowercase());
        lines.retain(|line| {
            filter.organisation_id.as_ref().is_none_or(|id| *id == line.organisation_id)
                && filter.state.is_none_or(|state| state == line.state)
                && filter.flag.is_none_or(|flag| has(line, &[flag]))
                && text.as_ref().is_none_or(|text| {
                    line.name.to_lowercase().contains(text)
                        || line.organisation_name.to_lowercase().contains(text)
                })
        });
        sort(&mut lines, query);
        Ok(Page::cut(lines, query))
    }

    /// Sums of each department, most expensive first.
    ///
    /// # Errors
    /// As [`Projects::budget`].
    pub async fn budget_by_department(
        &self,
        actor: &Actor,
        filter: &BudgetFilter,
        query: &ListQuery,
    ) -> Result<Page<DepartmentSum>> {
        let (_, lines) = self.lines(actor, filter).await?;
        let mut departments: BTreeMap<OrganisationId, Vec<BudgetLine>> = BTreeMap::new();
        for line in lines {
            departments.entry(line.organisation_id.clone()).or_default().push(line);
        }
        let mut sums: Vec<_> = departments.into_values().filter_map(|lines| department_sum(&lines)).collect();
        sums.sort_by(|a, b| {
            b.cost_yuan.cmp(&a.cost_yuan).then_with(|| a.organisation_id.cmp(&b.organisation_id))
        });
        Ok(Page::cut(sums, query))
    }

    /// One system, opened.
    ///
    /// # Errors
    /// `system.not_found`, also for another department's; as [`Projects::budget`].
    pub async fn budget_of(
        &self,
        actor: &Actor,
        id: &SystemId,
        filter: &BudgetFilter,
    ) -> Result<BudgetDetail> {
        let (books, lines) = self.lines(actor, filter).await?;
        let line = lines.into_iter().find(|line| line.system_id == *id).ok_or_else(|| Error::missing(id))?;
        let codes: Vec<_> = books.of(id).iter().map(|resource| resource.code.clone()).collect();
        let months = usage::months(&self.kernel.db, None, Some(&codes)).await?;
        let organisations = self.catalog.organisations().await?;
        let mut served: BTreeMap<&str, (i64, bool)> = BTreeMap::new();
        for flow in books.flows(&books.period, id).filter(|flow| flow.calls > 0) {
            served.entry(&flow.consumer).or_default().0 += flow.calls;
        }
        for consumer in codes.iter().filter_map(|code| books.granted.get(code)).flatten() {
            served.entry(consumer).or_default().1 = true;
        }
        let name = |code: &str| {
            organisations
                .iter()
                .find(|one| one.credit_code == code)
                .map_or_else(|| code.to_owned(), |one| one.name.clone())
        };
        let mut served: Vec<_> = served
            .into_iter()
            .map(|(code, (calls, granted))| ConsumerView { organisation_name: name(code), calls, granted })
            .collect();
        served.sort_by(|a, b| {
            b.calls.cmp(&a.calls).then_with(|| a.organisation_name.cmp(&b.organisation_name))
        });
        Ok(BudgetDetail { line, overlaps: overlaps(&books, id), served, months: month_views(months) })
    }
}

pub(super) fn month_views(months: Vec<MonthSum>) -> Vec<MonthView> {
    let view = |sum: MonthSum| {
        let month = Month(sum.period);
        MonthView { month: month.to_string(), start_ms: month.start_ms(), calls: sum.calls }
    };
    months.into_iter().map(view).collect()
}

fn overlaps(books: &Books, id: &SystemId) -> Vec<OverlapView> {
    let own = elements(books.of(id));
    let mut shared: BTreeMap<&SystemId, Vec<ElementView>> = BTreeMap::new();
    for element in own {
        let zh = standards::elements::by_code(element).map_or("", |element| element.zh);
        let others = books.holders.get(element).into_iter().flatten().filter(|other| *other != id);
        for other in others {
            shared
                .entry(other)
                .or_default()
                .push(ElementView { code: element.to_owned(), zh: zh.to_owned() });
        }
    }
    let mut views: Vec<_> = shared
        .into_iter()
        .filter_map(|(other, elements)| {
            let system = books.systems.iter().find(|system| system.id == *other)?;
            Some(OverlapView {
                system_id: other.clone(),
                name: system.name.clone(),
                organisation_name: system.organisation_name.clone(),
                elements,
            })
        })
        .collect();
    views.sort_by(|a, b| b.elements.len().cmp(&a.elements.len()).then_with(|| a.name.cmp(&b.name)));
    views
}

fn department_sum(lines: &[BudgetLine]) -> Option<DepartmentSum> {
    let first = lines.first()?;
    let running: Vec<_> = lines.iter().filter(|line| line.state == SystemState::Running).collect();
    let cost: i64 = lines.iter().filter_map(|line| line.cost_yuan).sum();
    let calls = lines.iter().map(|line| line.calls).sum();
    let with =
        |flags: &[Flag]| Ratio::of(running.iter().filter(|line| has(line, flags)).count(), running.len());
    let without_cost = lines.iter().filter(|line| line.cost_yuan.is_none()).count();
    Some(DepartmentSum {
        organisation_id: first.organisation_id.clone(),
        organisation_name: first.organisation_name.clone(),
        systems: Ratio::of(running.len(), lines.len()),
        cost_yuan: cost,
        yearly_cost_yuan: running.iter().filter_map(|line| line.yearly_cost_yuan).sum(),
        without_cost: i64::try_from(without_cost).unwrap_or(i64::MAX),
        idle_yearly_yuan: lines
            .iter()
            .filter(|line| has(line, &[Flag::StillPaid]))
            .filter_map(|line| line.yearly_cost_yuan)
            .sum(),
        user_count: running.iter().filter_map(|line| line.user_count).sum(),
        cost_per_user: running.iter().filter_map(|line| line.cost_per_user).reduce(|sum, one| Ratio {
            numerator: sum.numerator + one.numerator,
            denominator: sum.denominator + one.denominator,
        }),
        calls,
        cost_per_use: (without_cost < lines.len()).then_some(Ratio { numerator: cost, denominator: calls }),
        silent: with(&[Flag::Silent]),
        refusing: with(&[Flag::NothingListed, Flag::AllWithheld]),
        listed: Ratio {
            numerator: lines.iter().map(|line| line.listed.numerator).sum(),
            denominator: lines.iter().map(|line| line.listed.denominator).sum(),
        },
    })
}
