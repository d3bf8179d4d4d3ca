//! A catalogue of the size of a large city's, made of the words that real ones are made of.

use std::path::Path;
use std::sync::Arc;

use catalog::Catalog;
use catalog::model::{OrganisationInput, OrganisationKind, ResourceInput};
use kernel::actor::ActorOrganisation;
use kernel::clock::SystemClock;
use kernel::config::Config;
use kernel::entropy::SystemEntropy;
use kernel::ids::{OrganisationId, ResourceId, UserId};
use kernel::{Actor, Kernel, Role};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use serde_json::{Value, json};

const OFFICES: [&str; 20] = [
    "公安局",
    "民政局",
    "卫生健康局",
    "市场监督管理局",
    "人力资源和社会保障局",
    "教育局",
    "自然资源和规划局",
    "住房和城乡建设局",
    "交通运输局",
    "税务局",
    "医疗保障局",
    "残疾人联合会",
    "退役军人事务局",
    "应急管理局",
    "农业农村局",
    "文化和旅游局",
    "司法局",
    "财政局",
    "生态环境局",
    "水利局",
];
const SUBJECTS: [&str; 25] = [
    "常住人口",
    "流动人口",
    "最低生活保障对象",
    "特困供养人员",
    "残疾人",
    "婚姻登记",
    "出生医学证明",
    "死亡登记",
    "预防接种",
    "企业登记",
    "个体工商户",
    "社会组织",
    "行政许可",
    "行政处罚",
    "不动产登记",
    "房屋租赁",
    "机动车",
    "驾驶人",
    "学籍",
    "教师资格",
    "劳动合同",
    "社会保险参保",
    "医疗救助",
    "高龄补贴",
    "土地承包",
];
const KINDS: [&str; 8] =
    ["基本信息", "变更记录", "注销记录", "统计数据", "发放明细", "核查结果", "历史台账", "证照信息"];
const YEARS: [&str; 5] = ["", "（新）", "（历史）", "（镇街）", "（汇聚）"];

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        kernel::migration::migrations().into_iter().chain(catalog::migrations()).collect()
    }
}

/// A raised catalogue.
pub struct Raised {
    /// The catalogue.
    pub catalog: Catalog,
    /// Somebody who may see everything.
    pub reader: Actor,
    changeable: Vec<(ResourceId, Value)>,
}

fn credit_code(number: usize) -> String {
    // Digits are always of the alphabet.
    standards::credit_code::complete("11", "330106", &format!("{number:08}")).unwrap_or_default()
}

fn input(
    at: usize,
    items: usize,
    office: &OrganisationId,
    elements: &[standards::elements::DataElement],
) -> Value {
    let round = |list: &[&str], by: usize| {
        list.get(by % list.len()).map_or_else(String::new, |text| (*text).to_owned())
    };
    let name = format!(
        "{}{}{}{}",
        round(&SUBJECTS, at),
        round(&KINDS, at / SUBJECTS.len()),
        round(&YEARS, at / (SUBJECTS.len() * KINDS.len())),
        at / (SUBJECTS.len() * KINDS.len() * YEARS.len())
    );
    // A stride without common divisor with the number of elements mixes them.
    let items: Vec<Value> = (0..items)
        .filter_map(|place| {
            let element = elements.get((at * 7 + place * 11) % elements.len())?;
            let zh = if place % 3 == 0 { format!("{}（{}）", element.zh, place + 1) } else { element.zh.to_owned() };
            Some(json!({"item": format!("i{place}_{}", element.code.replace('.', "_")), "zh": zh, "element": element.code,
                "is_key": place == 0}))
        })
        .collect();
    let cycles = ["daily", "weekly", "monthly", "yearly"];
    json!({
        "name": name, "abstract": format!("{}办理业务中形成的{name}，用于依法履职核查", round(&OFFICES, at)),
        "organisation_id": office, "classification": "department", "share_type": "conditional",
        "share_condition": "依法履职需要核对的部门，按办理事项申请", "update_cycle": cycles[at % cycles.len()], "items": items,
    })
}

impl Raised {
    /// Catalogues so many resources with so many items each.
    ///
    /// # Errors
    /// When the hub refuses anything.
    pub async fn new(dir: &Path, resources: usize, items: usize) -> anyhow::Result<Self> {
        let config = Config { data_dir: dir.join("data"), ..Config::default() };
        let entropy = SystemEntropy::new().map_err(|error| anyhow::anyhow!("{error}"))?;
        let kernel = Kernel::open(config, Arc::new(SystemClock), Arc::new(entropy)).await?;
        Migrator::up(&kernel.db, None).await?;
        let catalog = Catalog::new(kernel);
        let mut offices = Vec::new();
        for (at, office) in OFFICES.iter().enumerate() {
            let input = OrganisationInput {
                name: format!("云澜县{office}"),
                short_name: None,
                short_code: Some(format!("B{}", char::from(b'A' + u8::try_from(at % 26)?))),
                credit_code: credit_code(at + 1),
                parent_id: None,
                kind: OrganisationKind::Department,
                region: "330108".to_owned(),
            };
            offices.push(catalog.create_organisation(&Actor::System, input).await?);
        }
        let elements: Vec<_> = standards::elements::all().collect();
        let mut changeable = Vec::new();
        for at in 0..resources {
            let office = &offices[at % offices.len()];
            let made = input(at, items, &office.id, &elements);
            let parsed: ResourceInput = serde_json::from_value(made.clone())?;
            let resource = catalog.create_resource(&Actor::System, parsed).await?;
            if at % 97 == 0 {
                changeable.push((resource.id, made));
            }
        }
        let own = offices.first().map(|office| ActorOrganisation {
            id: office.id.clone(),
            name: office.name.clone(),
            credit_code: office.credit_code.clone(),
        });
        let organisation = own.ok_or_else(|| anyhow::anyhow!("no office"))?;
        let reader = Actor::user(UserId::from("bench".to_owned()), Role::BusinessOperator, organisation);
        Ok(Self { catalog, reader, changeable })
    }

    /// Changes one resource.
    ///
    /// # Errors
    /// When the hub refuses it.
    pub async fn change(&self, at: usize) -> anyhow::Result<()> {
        let Some((id, input)) = self.changeable.get(at % self.changeable.len().max(1)) else { return Ok(()) };
        let mut input = input.clone();
        input["abstract"] = json!(format!("第{at}次变更后的摘要"));
        self.catalog.change_resource(&Actor::System, id, serde_json::from_value(input)?).await?;
        Ok(())
    }
}
