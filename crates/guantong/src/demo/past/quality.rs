//! Quality reports (数据质量报告) of the present: every department looks at what it has mounted.

use futures::future::try_join_all;
use serde_json::json;

use super::super::seed::{Seeded, SeededDepartment};

/// While the years fly past nobody reads a report, so none is taken.
pub async fn rest(seeded: &Seeded) -> anyhow::Result<()> {
    set_days(seeded, 0, "平台试运行，暂不自动检查数据质量").await
}

/// From now on reports are taken again by themselves, and today's are taken.
pub async fn take(seeded: &Seeded, history: bool) -> anyhow::Result<()> {
    if history {
        set_days(seeded, 30, "平台转入正式运行，数据质量报告每 30 天自动更新").await?;
    }
    try_join_all(seeded.departments.iter().map(of_department)).await?;
    Ok(())
}

async fn set_days(seeded: &Seeded, days: u32, reason: &str) -> anyhow::Result<()> {
    let input = json!({"value": days, "reason": reason});
    seeded.business.put("/api/v1/settings/exchange.quality_days", &input).await?;
    Ok(())
}

async fn of_department(department: &SeededDepartment) -> anyhow::Result<()> {
    for (_, id, _) in &department.resources {
        department.operator.post(&format!("/api/v1/resources/{id}/quality"), &json!({})).await?;
    }
    Ok(())
}
