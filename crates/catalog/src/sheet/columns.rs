//! The columns of the workbook that offices fill in: one list for template, import and export.

/// A coded word: its code, and the ways to write it; the first is the one that the list offers.
pub type Word = (&'static str, &'static [&'static str]);

/// What a cell may hold.
#[derive(Debug, Clone, Copy)]
pub enum Holds {
    /// Text.
    Text,
    /// One of a few words.
    Words(&'static [Word]),
    /// 是 or 否.
    Flag,
    /// A whole number.
    Number,
    /// Several codes, parted by a semicolon.
    Codes,
    /// An office: name, short name or credit code.
    Office,
    /// A unified social credit code.
    CreditCode,
    /// An information system of the office, by name.
    System,
    /// A data element: its code or its Chinese name.
    Element,
    /// Code or name of a resource of the same file.
    Resource,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name in the interface.
    pub key: &'static str,
    /// Header.
    pub zh: &'static str,
    /// Must be filled in.
    pub required: bool,
    /// What a cell may hold.
    pub holds: Holds,
    /// Width in characters.
    pub width: u8,
    /// What to fill in.
    pub help: &'static str,
}

const fn column(
    key: &'static str,
    zh: &'static str,
    required: bool,
    holds: Holds,
    width: u8,
    help: &'static str,
) -> Column {
    Column { key, zh, required, holds, width, help }
}

/// Name of the sheet with the resources.
pub const RESOURCES: &str = "资源";
/// Name of the sheet with the items.
pub const ITEMS: &str = "信息项";

const CLASSES: &[Word] = &[
    ("base", &["基础", "基础类", "基础信息资源"]),
    ("theme", &["主题", "主题类"]),
    ("department", &["部门", "部门类"]),
];
const SHARE_TYPES: &[Word] = &[
    ("unconditional", &["无条件共享", "无条件"]),
    ("conditional", &["有条件共享", "有条件"]),
    ("none", &["不予共享", "不共享", "不予"]),
];
const SHARE_METHODS: &[Word] = &[
    ("interface", &["服务接口", "接口", "接口服务"]),
    ("batch", &["批量交换", "库表", "库表交换"]),
    ("file", &["文件下载", "文件"]),
];
const CYCLES: &[Word] = &[
    ("real_time", &["实时"]),
    ("daily", &["每日", "每天", "日"]),
    ("weekly", &["每周", "周"]),
    ("monthly", &["每月", "月"]),
    ("quarterly", &["每季度", "每季", "季度", "季"]),
    ("half_yearly", &["每半年", "半年"]),
    ("yearly", &["每年", "年"]),
    ("other", &["其他", "不定期"]),
];
const TYPES: &[Word] = &[
    ("C", &["字符型C", "C", "字符型", "字符型 C"]),
    ("N", &["数值型N", "N", "数值型", "数值型 N"]),
    ("Y", &["货币型Y", "Y", "货币型", "货币型 Y"]),
    ("D", &["日期型D", "D", "日期型", "日期型 D"]),
    ("T", &["日期时间型T", "T", "日期时间型", "日期时间型 T"]),
    ("L", &["逻辑型L", "L", "逻辑型", "逻辑型 L"]),
    ("M", &["备注型M", "M", "备注型", "备注型 M"]),
    ("G", &["通用型G", "G", "通用型", "通用型 G"]),
    ("B", &["双精度型B", "B", "双精度型", "双精度型 B"]),
    ("I", &["整型I", "I", "整型", "整型 I"]),
    ("F", &["浮点型F", "F", "浮点型", "浮点型 F"]),
];

/// Columns of a resource.
#[rustfmt::skip]
pub const RESOURCE: &[Column] = &[
    column("code", "目录编码", false, Holds::Text, 18, "留空由系统生成；3至64个大写字母、数字、“-”或“/”"),
    column("name", "资源名称", true, Holds::Text, 28, "最多100字；同一部门不得重名"),
    column("abstract", "资源摘要", false, Holds::Text, 40, "最多2000字；送审前必填"),
    column("organisation_id", "提供部门", false, Holds::Office, 24, "部门全称、简称；留空为填报人所在部门"),
    column("organisation_credit_code", "提供部门统一社会信用代码", false, Holds::CreditCode, 24, "18位；与提供部门一致"),
    column("responsible_office", "责任处室", false, Holds::Text, 16, "最多100字"),
    column("responsible_person", "责任人", false, Holds::Text, 12, "最多50字"),
    column("contact", "联系方式", false, Holds::Text, 16, "电话或邮箱"),
    column("system_id", "来源信息系统", false, Holds::System, 22, "本部门已登记的信息系统名称"),
    column("classification", "信息资源类别", true, Holds::Words(CLASSES), 14, "基础、主题或部门"),
    column("category", "项", false, Holds::Text, 14, "分类的第二级，可填名称或代码"),
    column("subcategory", "目", false, Holds::Text, 14, "分类的第三级"),
    column("detail", "细目", false, Holds::Text, 14, "最多50字"),
    column("regional_code", "地方目录代码", false, Holds::Text, 18, "上级或地方目录中的代码"),
    column("data_range", "数据范围", false, Holds::Text, 20, "覆盖哪些人、事、物"),
    column("data_region", "数据区域", false, Holds::Text, 16, "覆盖的地域"),
    column("data_period", "数据时间范围", false, Holds::Text, 16, "例如 2005年至今"),
    column("data_class", "数据分类", false, Holds::Text, 14, "本部门数据分类分级中的类别"),
    column("format", "资源格式", false, Holds::Text, 12, "留空为数据库"),
    column("share_type", "共享类型", true, Holds::Words(SHARE_TYPES), 14, "无条件共享、有条件共享或不予共享"),
    column("share_condition", "共享条件", false, Holds::Text, 36, "有条件共享必填：谁、为办什么事可以使用；无条件共享不得填写"),
    column("no_share_basis", "不予共享依据", false, Holds::Text, 36, "不予共享必填：用书名号写明法律、行政法规或国务院决定及条款"),
    column("share_method", "共享方式", false, Holds::Words(SHARE_METHODS), 14, "服务接口、批量交换或文件下载"),
    column("use_conditions", "使用要求", false, Holds::Text, 24, "最多1000字"),
    column("open_to_society", "是否向社会开放", false, Holds::Flag, 14, "是或否；留空为否"),
    column("open_condition", "开放条件", false, Holds::Text, 20, "最多1000字"),
    column("update_cycle", "更新周期", true, Holds::Words(CYCLES), 12, "实时、每日、每周、每月、每季度、每半年、每年或其他"),
    column("related_codes", "关联资源编码", false, Holds::Codes, 24, "多个编码用分号隔开"),
    column("grade", "数据级别", false, Holds::Number, 10, "1至4；留空由信息项确定"),
    column("secrecy_assessment", "保密风险评估结论", false, Holds::Text, 24, "签发前必填"),
    column("privacy_assessment", "个人信息保护影响评估结论", false, Holds::Text, 24, "签发前必填"),
];

/// Columns of an item.
#[rustfmt::skip]
pub const ITEM: &[Column] = &[
    column("resource", "所属资源", true, Holds::Resource, 28, "“资源”表中的目录编码或资源名称"),
    column("item", "信息项名称", false, Holds::Text, 20, "小写字母、数字、下划线，例如 birth_date；留空由数据元生成"),
    column("zh", "中文名称", false, Holds::Text, 20, "最多50字；留空取数据元名称"),
    column("en", "英文名称", false, Holds::Text, 20, "最多100字；留空取数据元名称"),
    column("element", "数据元", true, Holds::Element, 28, "数据元的代码或中文名称，见“数据元”表"),
    column("data_type", "数据类型", false, Holds::Words(TYPES), 12, "C N Y D T L M G B I F；留空由数据元确定"),
    column("length", "长度", false, Holds::Number, 8, "字符数或位数"),
    column("decimals", "小数位数", false, Holds::Number, 8, "0至38"),
    column("required", "是否必填", false, Holds::Flag, 10, "是或否；留空为否"),
    column("is_key", "是否主键", false, Holds::Flag, 10, "用来指明是谁、是哪家企业的项填是"),
    column("sensitive", "是否敏感", false, Holds::Flag, 10, "敏感个人信息填是；4级数据元一律为敏感"),
    column("share_type", "共享类型", false, Holds::Words(SHARE_TYPES), 14, "与资源不同时填写"),
    column("share_condition", "共享条件", false, Holds::Text, 24, "与资源不同时填写"),
    column("no_share_basis", "不予共享依据", false, Holds::Text, 24, "本项不予共享时必填"),
    column("responsible_office", "责任处室", false, Holds::Text, 16, "与资源不同时填写"),
    column("source_system", "来源系统", false, Holds::Text, 16, "与资源不同时填写"),
    column("lineage", "数据来源", false, Holds::Text, 20, "由哪些数据加工而成"),
    column("note", "备注", false, Holds::Text, 24, "最多500字"),
];

impl Column {
    /// Header as it stands in the sheet; what must be filled in carries a star.
    pub fn header(&self) -> String {
        if self.required { format!("*{}", self.zh) } else { self.zh.to_owned() }
    }

    /// Words that the list offers.
    pub fn offers(&self) -> Vec<&'static str> {
        match self.holds {
            Holds::Words(words) => words.iter().filter_map(|word| word.1.first().copied()).collect(),
            Holds::Flag => vec!["是", "否"],
            _ => Vec::new(),
        }
    }
}

/// The column whose header this is, whatever star, blanks or remark in brackets people left at it.
pub fn by_header(columns: &'static [Column], header: &str) -> Option<&'static Column> {
    let bare: String = header.chars().filter(|c| !c.is_whitespace() && *c != '*' && *c != '＊').collect();
    let bare = bare.split(['（', '(']).next().unwrap_or(&bare);
    columns.iter().find(|column| column.zh == bare || column.key == bare)
}

/// Code of a word.
pub fn coded(words: &[Word], text: &str) -> Option<&'static str> {
    words.iter().find(|(code, ways)| *code == text || ways.contains(&text)).map(|(code, _)| *code)
}

/// The word that stands for a code.
pub fn worded(words: &[Word], code: &str) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == code).and_then(|(_, ways)| ways.first().copied())
}

/// Letters of a column, from 0: A, B … Z, AA.
pub fn letters(mut place: usize) -> String {
    let mut letters = String::new();
    loop {
        letters.insert(0, char::from(b'A' + u8::try_from(place % 26).unwrap_or(0)));
        if place < 26 {
            return letters;
        }
        place = place / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns are lettered as spreadsheets do.
    #[test]
    fn lettered() {
        assert_eq!(
            [0, 25, 26, 27, 51, 52, 701, 702].map(letters),
            ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]
        );
    }

    /// Headers are found with their star and remark, and no word stands for two codes.
    #[test]
    fn headers_and_words() {
        assert_eq!(by_header(RESOURCE, "* 共享类型（必填）").map(|column| column.key), Some("share_type"));
        for column in RESOURCE.iter().chain(ITEM) {
            let Holds::Words(words) = column.holds else { continue };
            for (code, ways) in words {
                assert!(ways.iter().all(|way| coded(words, way) == Some(code)), "{}", column.zh);
            }
        }
    }
}
