//! The classification of resources: 类 (base, theme, department), 项, 目, and the code that follows from them.
//!
//! 类 has one digit, 项 two, 目 three; 细目 is free; `/` and a serial number follow. The 项 are those of the
//! catalogue guide; the numbers of 目 are this product's own, since each place numbers them itself.

use serde::Serialize;

use super::resource::Classification;

/// A 项 with its 目.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClassBranch {
    /// 类.
    pub classification: Classification,
    /// Two digits.
    pub code: &'static str,
    /// Name.
    pub zh: &'static str,
    /// Its 目: three digits and name.
    #[schema(value_type = Vec<ClassLeaf>)]
    pub leaves: &'static [ClassLeaf],
}

/// A 目.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClassLeaf {
    /// Three digits.
    pub code: &'static str,
    /// Name.
    pub zh: &'static str,
    /// Words by which it is found in an office's or a resource's name.
    #[serde(skip)]
    pub signs: &'static [&'static str],
}

const fn leaf(code: &'static str, zh: &'static str, signs: &'static [&'static str]) -> ClassLeaf {
    ClassLeaf { code, zh, signs }
}

/// What a theme is parted into as long as the place parts it no further.
const GENERAL: &[ClassLeaf] = &[leaf("001", "综合", &[])];

const fn base(code: &'static str, zh: &'static str, leaves: &'static [ClassLeaf]) -> ClassBranch {
    ClassBranch { classification: Classification::Base, code, zh, leaves }
}

const fn theme(code: &'static str, zh: &'static str) -> ClassBranch {
    ClassBranch { classification: Classification::Theme, code, zh, leaves: GENERAL }
}

const fn department(code: &'static str, zh: &'static str, leaves: &'static [ClassLeaf]) -> ClassBranch {
    ClassBranch { classification: Classification::Department, code, zh, leaves }
}

/// Code of what fits nowhere.
const OTHER: (&str, &str) = ("99", "999");

/// The built-in tree.
pub const TREE: &[ClassBranch] = &[
    base(
        "01",
        "人口",
        &[
            leaf("001", "基本信息", &["基本", "常住", "户籍", "户口"]),
            leaf("002", "婚姻家庭", &["婚姻", "家庭", "户成员"]),
            leaf("003", "教育", &["教育", "学籍", "学历"]),
            leaf("004", "就业与社会保险", &["就业", "社保", "参保", "失业"]),
            leaf("005", "健康", &["健康", "出生", "死亡", "诊疗"]),
            leaf("006", "救助与优抚", &["低保", "救助", "残疾", "优抚"]),
        ],
    ),
    base(
        "02",
        "法人",
        &[
            leaf("001", "登记信息", &["登记", "注册", "企业", "法人"]),
            leaf("002", "许可与资质", &["许可", "资质", "备案"]),
            leaf("003", "监管与处罚", &["监管", "处罚", "检查"]),
            leaf("004", "纳税与社会保险", &["纳税", "缴纳", "社保"]),
        ],
    ),
    base(
        "03",
        "自然资源和空间地理",
        &[
            leaf("001", "地名地址", &["地址", "地名", "门牌"]),
            leaf("002", "不动产", &["不动产", "房屋", "宗地"]),
            leaf("003", "土地与规划", &["土地", "规划"]),
            leaf("004", "基础地理", &["地理", "影像"]),
        ],
    ),
    base(
        "04",
        "社会信用",
        &[leaf("001", "公共信用", &["信用", "失信"]), leaf("002", "信用评价", &["评价", "等级"])],
    ),
    base(
        "05",
        "电子证照",
        &[leaf("001", "个人证照", &["身份证", "结婚证"]), leaf("002", "法人证照", &["营业执照"])],
    ),
    theme("01", "公共服务"),
    theme("02", "健康保障"),
    theme("03", "社会保障"),
    theme("04", "食品药品安全"),
    theme("05", "安全生产"),
    theme("06", "价格监管"),
    theme("07", "能源安全"),
    theme("08", "信用体系"),
    theme("09", "城乡建设"),
    theme("10", "社区治理"),
    theme("11", "生态环保"),
    theme("12", "应急管理"),
    department("01", "党委机关", &[leaf("001", "综合", &["县委", "市委", "区委", "省委"])]),
    department("02", "人大机关", &[leaf("001", "综合", &["人大", "人民代表大会"])]),
    department(
        "03",
        "政府部门",
        &[
            leaf("001", "发展改革", &["发展", "发改"]),
            leaf("002", "教育", &["教育"]),
            leaf("003", "科技", &["科技", "科学技术"]),
            leaf("004", "工业和信息化", &["工业", "经信", "信息化"]),
            leaf("005", "民族宗教", &["民族", "宗教"]),
            leaf("006", "公安", &["公安"]),
            leaf("007", "民政", &["民政"]),
            leaf("008", "司法", &["司法"]),
            leaf("009", "财政", &["财政"]),
            leaf("010", "人力资源和社会保障", &["人力资源", "人社"]),
            leaf("011", "自然资源", &["自然资源", "不动产登记"]),
            leaf("012", "生态环境", &["生态", "环境"]),
            leaf("013", "住房和城乡建设", &["住房", "住建"]),
            leaf("014", "交通运输", &["交通"]),
            leaf("015", "水利", &["水利", "水务"]),
            leaf("016", "农业农村", &["农业"]),
            leaf("017", "商务", &["商务"]),
            leaf("018", "文化和旅游", &["文化", "旅游", "文旅"]),
            leaf("019", "卫生健康", &["卫生", "卫健"]),
            leaf("020", "退役军人事务", &["退役军人"]),
            leaf("021", "应急管理", &["应急"]),
            leaf("022", "审计", &["审计"]),
            leaf("023", "市场监督管理", &["市场监督", "市场监管"]),
            leaf("024", "医疗保障", &["医疗保障", "医保"]),
            leaf("025", "数据管理", &["数据局", "大数据"]),
            leaf("026", "税务", &["税务"]),
            leaf("027", "统计", &["统计"]),
            leaf("028", "信访", &["信访"]),
            leaf("029", "行政审批和政务服务", &["行政审批", "政务服务"]),
            leaf("030", "城市管理", &["城市管理", "综合执法"]),
            leaf("031", "乡镇街道", &["乡", "镇", "街道"]),
        ],
    ),
    department("04", "政协机关", &[leaf("001", "综合", &["政协"])]),
    department("05", "法院", &[leaf("001", "综合", &["法院"])]),
    department("06", "检察院", &[leaf("001", "综合", &["检察"])]),
    department(
        "07",
        "群团组织",
        &[
            leaf("001", "工会", &["工会"]),
            leaf("002", "残疾人联合会", &["残疾人联合会", "残联"]),
            leaf("003", "妇女联合会", &["妇女联合会", "妇联"]),
            leaf("004", "共青团", &["共青团"]),
        ],
    ),
];

fn digit(class: Classification) -> char {
    match class {
        Classification::Base => '1',
        Classification::Theme => '2',
        Classification::Department => '3',
    }
}

/// What an entry says of its class.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// 类.
    pub classification: Classification,
    /// 项, as entered.
    pub category: Option<&'a str>,
    /// 目, as entered.
    pub subcategory: Option<&'a str>,
    /// 细目, as entered.
    pub detail: Option<&'a str>,
    /// Name of the resource.
    pub name: &'a str,
    /// Name of the provider.
    pub organisation: &'a str,
}

/// The code up to and with its `/`. What the tree does not know is class 99 or 999; a resource of a department that
/// names no 项 is placed by the department's name.
pub fn beginning(place: &Place<'_>) -> String {
    let branches = || TREE.iter().filter(|branch| branch.classification == place.classification);
    let named = |entered: Option<&str>| {
        let entered = entered.map(str::trim).filter(|text| !text.is_empty())?;
        branches().find(|branch| branch.code == entered || branch.zh == entered)
    };
    let by_office = || match place.classification {
        Classification::Department => {
            branches().find_map(|branch| Some((branch, by_sign(branch, place.organisation)?)))
        }
        _ => None,
    };
    let (item, eye) = match named(place.category) {
        Some(branch) => (branch.code, eye(branch, place)),
        None => by_office().map_or(OTHER, |(branch, leaf)| (branch.code, leaf.code)),
    };
    // 细目 is given by the place itself, in capitals and digits; words are no part of a code.
    let code =
        |text: &&str| !text.is_empty() && text.len() <= 12 && text.chars().all(|c| c.is_ascii_alphanumeric());
    let detail = place.detail.map(str::trim).filter(code).unwrap_or_default().to_uppercase();
    format!("{}{item}{eye}{detail}/", digit(place.classification))
}

fn eye(branch: &'static ClassBranch, place: &Place<'_>) -> &'static str {
    let entered = place.subcategory.map(str::trim).filter(|text| !text.is_empty());
    let named =
        entered.and_then(|text| branch.leaves.iter().find(|leaf| leaf.code == text || leaf.zh == text));
    let office = || by_sign(branch, place.organisation);
    let found = match place.classification {
        _ if entered.is_some() => named,
        Classification::Department => office(),
        _ => by_sign(branch, place.name),
    };
    found.map_or(OTHER.1, |leaf| leaf.code)
}

fn by_sign(branch: &'static ClassBranch, text: &str) -> Option<&'static ClassLeaf> {
    branch.leaves.iter().find(|leaf| leaf.signs.iter().any(|sign| text.contains(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(classification: Classification) -> Place<'static> {
        Place {
            classification,
            category: None,
            subcategory: None,
            detail: None,
            name: "常住人口信息",
            organisation: "云澜县公安局",
        }
    }

    /// By name, by code, by the office, and what fits nowhere.
    #[test]
    fn codes_follow_from_the_class() {
        let base = Place { category: Some("人口"), ..place(Classification::Base) };
        assert_eq!(beginning(&base), "101001/");
        assert_eq!(beginning(&Place { subcategory: Some("婚姻家庭"), ..base }), "101002/");
        assert_eq!(beginning(&Place { category: Some("02"), subcategory: Some("001"), ..base }), "102001/");
        assert_eq!(beginning(&Place { category: Some("奇闻"), ..base }), "199999/");
        assert_eq!(beginning(&place(Classification::Department)), "303006/");
        let detail = Place { detail: Some("a1"), ..place(Classification::Department) };
        assert_eq!(beginning(&detail), "303006A1/");
        assert_eq!(beginning(&Place { detail: Some("户籍"), ..detail }), "303006/");
    }

    /// No two 项 of a class and no two 目 of an 项 have one number, and each number has its length.
    #[test]
    fn numbers_are_unique() {
        let mut seen = std::collections::HashSet::new();
        for branch in TREE {
            assert!(branch.code.len() == 2 && seen.insert((digit(branch.classification), branch.code, "")));
            for leaf in branch.leaves {
                assert_eq!(leaf.code.len(), 3);
                assert!(seen.insert((digit(branch.classification), branch.code, leaf.code)), "{}", leaf.zh);
            }
        }
    }
}
