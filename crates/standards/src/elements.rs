//! Data elements 数据元: the built-in register of what the offices of a county share.
//!
//! A data element gives a column its meaning once, whatever each department calls it. Catalogue items are bound to
//! elements, and the element's kind then decides parser, comparison and mask.

use serde::{Deserialize, Serialize};

use crate::kind::{CodeSetId, ValueKind};

/// How much harm a leak of one value would do 数据分级. Offices show the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 1级: made public by law, for example an enterprise's name.
    Open,
    /// 2级: harmless inside the offices, embarrassing outside, for example the sex or the village.
    Internal,
    /// 3级: personal information 个人信息, for example name, address, telephone.
    Personal,
    /// 4级: sensitive personal information 敏感个人信息 (PIPL article 28), for example identity number, health, benefits.
    Sensitive,
}

impl Grade {
    /// The number that offices use, 1 (open) to 4 (sensitive).
    pub const fn number(self) -> u8 {
        match self {
            Self::Open => 1,
            Self::Internal => 2,
            Self::Personal => 3,
            Self::Sensitive => 4,
        }
    }
}

/// One data element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataElement {
    /// Stable code, for example `person.id`.
    pub code: &'static str,
    /// Name in Chinese.
    pub zh: &'static str,
    /// Name in English.
    pub en: &'static str,
    /// What the value means.
    pub kind: ValueKind,
    /// The standard that defines the value; empty when none does.
    pub standard: &'static str,
    /// Sensitivity.
    pub grade: Grade,
}

/// A kind that can stand in a constant table; [`ValueKind`] itself may own a string and cannot.
#[derive(Clone, Copy)]
enum K {
    Id,
    Credit,
    Region,
    Sex,
    Marriage,
    Ethnic,
    Kin,
    Date,
    Moment,
    Mobile,
    Phone,
    Name,
    Firm,
    Money,
    Int,
    Decimal,
    Address,
    Text,
    Bool,
}

impl K {
    fn kind(self) -> ValueKind {
        match self {
            Self::Id => ValueKind::ResidentId,
            Self::Credit => ValueKind::CreditCode,
            Self::Region => ValueKind::Region,
            Self::Sex => ValueKind::Code { set: CodeSetId::Sex },
            Self::Marriage => ValueKind::Code { set: CodeSetId::Marriage },
            Self::Ethnic => ValueKind::Code { set: CodeSetId::EthnicGroup },
            Self::Kin => ValueKind::Code { set: CodeSetId::Kinship },
            Self::Date => ValueKind::Date,
            Self::Moment => ValueKind::DateTime,
            Self::Mobile => ValueKind::Mobile,
            Self::Phone => ValueKind::Phone,
            Self::Name => ValueKind::PersonName,
            Self::Firm => ValueKind::EnterpriseName,
            Self::Money => ValueKind::Money,
            Self::Int => ValueKind::Integer,
            Self::Decimal => ValueKind::Decimal,
            Self::Address => ValueKind::Address,
            Self::Text => ValueKind::Text,
            Self::Bool => ValueKind::Boolean,
        }
    }
}

type Row = (&'static str, &'static str, &'static str, K, &'static str, Grade);

use Grade::{Internal, Open, Personal, Sensitive};

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // person 自然人
    ("person.name", "姓名", "Name", K::Name, "", Personal),
    ("person.former_name", "曾用名", "Former name", K::Name, "", Personal),
    ("person.id", "公民身份号码", "Resident identity number", K::Id, "GB 11643-1999", Sensitive),
    ("person.sex", "性别", "Sex", K::Sex, "GB/T 2261.1-2003", Internal),
    ("person.birth_date", "出生日期", "Date of birth", K::Date, "GB/T 7408.1-2023", Personal),
    ("person.ethnic_group", "民族", "Ethnic group", K::Ethnic, "GB/T 3304-1991", Personal),
    ("person.marriage", "婚姻状况", "Marital status", K::Marriage, "GB/T 2261.2-2003", Personal),
    ("person.spouse_name", "配偶姓名", "Name of spouse", K::Name, "", Personal),
    ("person.spouse_id", "配偶公民身份号码", "Identity number of spouse", K::Id, "GB 11643-1999", Sensitive),
    ("person.marriage_date", "婚姻登记日期", "Date of marriage registration", K::Date, "GB/T 7408.1-2023", Personal),
    ("person.education", "文化程度", "Education", K::Text, "GB/T 4658-2006", Internal),
    ("person.death_date", "死亡日期", "Date of death", K::Date, "GB/T 7408.1-2023", Personal),
    ("person.death_place", "死亡地点", "Place of death", K::Text, "", Personal),
    ("person.cremation_date", "火化日期", "Date of cremation", K::Date, "GB/T 7408.1-2023", Personal),
    ("person.native_place", "籍贯", "Native place", K::Region, "GB/T 2260", Internal),
    ("person.mobile", "手机号码", "Mobile number", K::Mobile, "", Personal),
    ("person.phone", "联系电话", "Telephone", K::Phone, "", Personal),
    ("person.occupation", "职业", "Occupation", K::Text, "GB/T 6565-2015", Internal),
    ("person.employer", "工作单位", "Employer", K::Firm, "", Personal),
    // household and address 户籍与地址
    ("household.number", "户号", "Household number", K::Text, "", Personal),
    ("household.head_name", "户主姓名", "Name of head of household", K::Name, "", Personal),
    ("household.head_id", "户主公民身份号码", "Identity number of head of household", K::Id, "GB 11643-1999", Sensitive),
    ("household.kinship", "与户主关系", "Relation to head of household", K::Kin, "GB/T 4761-2008", Personal),
    ("household.size", "家庭人口数", "Number of household members", K::Int, "", Internal),
    ("household.register_address", "户籍地址", "Registered address", K::Address, "", Personal),
    ("household.register_region", "户籍地行政区划", "Region of registration", K::Region, "GB/T 2260", Internal),
    ("address.residence", "现住址", "Residential address", K::Address, "", Personal),
    ("address.region", "行政区划代码", "Region code", K::Region, "GB/T 2260", Internal),
    ("address.postcode", "邮政编码", "Postcode", K::Text, "", Internal),
    // enterprise 法人
    ("enterprise.name", "企业名称", "Enterprise name", K::Firm, "", Open),
    ("enterprise.credit_code", "统一社会信用代码", "Unified social credit code", K::Credit, "GB 32100-2015", Open),
    ("enterprise.legal_representative", "法定代表人", "Legal representative", K::Name, "", Open),
    ("enterprise.legal_representative_id", "法定代表人公民身份号码", "Identity number of legal representative", K::Id, "GB 11643-1999", Sensitive),
    ("enterprise.registered_capital", "注册资本", "Registered capital", K::Money, "", Open),
    ("enterprise.establishment_date", "成立日期", "Date of establishment", K::Date, "GB/T 7408.1-2023", Open),
    ("enterprise.approval_date", "核准日期", "Date of approval", K::Date, "GB/T 7408.1-2023", Open),
    ("enterprise.cancellation_date", "注销日期", "Date of cancellation", K::Date, "GB/T 7408.1-2023", Open),
    ("enterprise.status", "经营状态", "Business status", K::Text, "", Open),
    ("enterprise.type", "企业类型", "Enterprise type", K::Text, "", Open),
    ("enterprise.industry", "行业代码", "Industry code", K::Text, "GB/T 4754-2017", Open),
    ("enterprise.scope", "经营范围", "Business scope", K::Text, "", Open),
    ("enterprise.address", "住所", "Registered office", K::Address, "", Open),
    ("enterprise.region", "登记地行政区划", "Region of registration", K::Region, "GB/T 2260", Open),
    ("enterprise.phone", "企业联系电话", "Enterprise telephone", K::Phone, "", Internal),
    ("enterprise.employees", "从业人数", "Number of employees", K::Int, "", Internal),
    ("enterprise.model_level", "示范级别", "Level of model enterprise", K::Text, "", Open),
    ("enterprise.abnormal", "是否列入经营异常名录", "On the list of abnormal operations", K::Bool, "", Open),
    // benefits, insurance and health 救助、社保、卫生
    ("disability.certificate", "残疾人证号", "Disability certificate number", K::Text, "", Sensitive),
    ("disability.category", "残疾类别", "Category of disability", K::Text, "GB/T 26341-2010", Sensitive),
    ("disability.grade", "残疾等级", "Grade of disability", K::Text, "GB/T 26341-2010", Sensitive),
    ("benefit.low_income", "是否低保对象", "Receives minimum living allowance", K::Bool, "", Sensitive),
    ("benefit.low_income_amount", "低保金额", "Minimum living allowance per month", K::Money, "", Sensitive),
    ("benefit.low_income_since", "低保起始日期", "Minimum living allowance since", K::Date, "GB/T 7408.1-2023", Sensitive),
    ("benefit.extreme_poverty", "是否特困供养", "Supported as extremely poor", K::Bool, "", Sensitive),
    ("insurance.pension_status", "养老保险参保状态", "Pension insurance status", K::Text, "", Sensitive),
    ("insurance.medical_status", "医疗保险参保状态", "Medical insurance status", K::Text, "", Sensitive),
    ("insurance.paid_until", "缴费截止日期", "Contributions paid until", K::Date, "GB/T 7408.1-2023", Personal),
    ("insurance.contribution_base", "缴费基数", "Contribution base", K::Money, "", Personal),
    ("health.vaccination_date", "接种日期", "Date of vaccination", K::Date, "GB/T 7408.1-2023", Sensitive),
    ("health.vaccine", "疫苗名称", "Vaccine", K::Text, "", Sensitive),
    ("health.record_number", "健康档案编号", "Health record number", K::Text, "WS 365-2011", Sensitive),
    ("health.blood_type", "血型", "Blood type", K::Text, "", Sensitive),
    ("health.birth_certificate", "出生医学证明编号", "Birth certificate number", K::Text, "", Personal),
    // property and vehicles 不动产与车辆
    ("property.certificate", "不动产权证号", "Real-estate certificate number", K::Text, "", Personal),
    ("property.address", "不动产坐落", "Location of real estate", K::Address, "", Personal),
    ("property.area", "建筑面积", "Floor area", K::Decimal, "", Personal),
    ("property.usage", "房屋用途", "Use of real estate", K::Text, "", Internal),
    ("property.ownership", "共有情况", "Form of ownership", K::Text, "", Personal),
    ("property.registered", "不动产登记日期", "Date of registration of real estate", K::Date, "GB/T 7408.1-2023", Personal),
    ("property.mortgage_certificate", "不动产登记证明号", "Mortgage certificate number", K::Text, "", Personal),
    ("property.mortgage_amount", "被担保债权数额", "Amount secured by mortgage", K::Money, "", Sensitive),
    ("property.mortgagee", "抵押权人", "Mortgagee", K::Firm, "", Personal),
    ("property.contract", "商品房合同编号", "Contract number of sale", K::Text, "", Personal),
    ("property.signed", "合同签约日期", "Contract of sale signed on", K::Date, "GB/T 7408.1-2023", Personal),
    ("property.price", "成交金额", "Price of sale", K::Money, "", Sensitive),
    ("housing.rent", "公租房月租金", "Rent of public housing per month", K::Money, "", Personal),
    ("housing.since", "公租房入住日期", "Lives in public housing since", K::Date, "GB/T 7408.1-2023", Personal),
    ("vehicle.plate", "机动车号牌号码", "Vehicle plate", K::Text, "GA 36-2018", Personal),
    ("vehicle.type", "车辆类型", "Vehicle type", K::Text, "GA/T 16.4", Internal),
    ("vehicle.brand", "车辆品牌型号", "Make and model", K::Text, "", Internal),
    ("vehicle.vin", "车辆识别代号", "Vehicle identification number", K::Text, "GB 16735-2019", Personal),
    ("vehicle.registered", "机动车初次登记日期", "First registration of vehicle", K::Date, "GB/T 7408.1-2023", Personal),
    ("vehicle.status", "机动车状态", "State of vehicle", K::Text, "GA/T 16.33", Internal),
    // education and employment 教育与就业
    ("education.student_number", "学籍号", "Student number", K::Text, "JY/T 1001-2012", Personal),
    ("education.school", "学校名称", "School", K::Text, "", Internal),
    ("education.grade", "年级", "Grade at school", K::Text, "", Internal),
    ("education.status", "学籍状态", "Enrolment status", K::Text, "", Personal),
    ("education.aid_kind", "资助项目", "Kind of student aid", K::Text, "", Sensitive),
    ("education.aid_amount", "资助金额", "Amount of student aid", K::Money, "", Sensitive),
    ("employment.contract_from", "劳动合同起始日期", "Labour contract from", K::Date, "GB/T 7408.1-2023", Personal),
    ("employment.contract_until", "劳动合同终止日期", "Labour contract until", K::Date, "GB/T 7408.1-2023", Personal),
    ("employment.position", "工作岗位", "Position", K::Text, "", Internal),
    ("employment.kind", "就业形式", "Form of employment", K::Text, "", Internal),
    // allowances and special groups 补贴与特殊群体
    ("benefit.kind", "补贴项目", "Kind of allowance", K::Text, "", Sensitive),
    ("benefit.amount", "补贴金额", "Amount of allowance", K::Money, "", Sensitive),
    ("benefit.paid", "补贴发放日期", "Allowance paid on", K::Date, "GB/T 7408.1-2023", Sensitive),
    ("benefit.until", "待遇结束日期", "Allowance until", K::Date, "GB/T 7408.1-2023", Sensitive),
    ("benefit.since", "补贴起始日期", "Allowance since", K::Date, "GB/T 7408.1-2023", Sensitive),
    ("disability.issued", "残疾人证发证日期", "Disability certificate issued", K::Date, "GB/T 7408.1-2023", Sensitive),
    ("disability.guardian", "监护人姓名", "Name of guardian", K::Name, "", Personal),
    ("veteran.category", "优抚对象类别", "Category of entitled veteran", K::Text, "", Sensitive),
    ("veteran.certificate", "优待证号", "Preferential treatment card number", K::Text, "", Personal),
    ("veteran.discharged", "退役日期", "Date of discharge", K::Date, "GB/T 7408.1-2023", Personal),
    ("medical.insurance_kind", "参保险种", "Kind of medical insurance", K::Text, "", Personal),
    ("medical.disease", "门诊慢特病病种", "Chronic disease recognised", K::Text, "", Sensitive),
    ("medical.settled", "医疗费用结算日期", "Medical costs settled on", K::Date, "GB/T 7408.1-2023", Sensitive),
    ("medical.institution", "医疗机构名称", "Medical institution", K::Text, "", Internal),
    ("health.doctor", "责任医生", "Responsible doctor", K::Name, "", Internal),
    // land 土地
    ("land.contract", "土地承包合同编号", "Land contract number", K::Text, "NY/T 3747", Personal),
    ("land.area", "承包地面积", "Contracted land in mu", K::Decimal, "", Personal),
    ("land.plots", "承包地块数", "Number of plots", K::Int, "", Internal),
    ("land.issuer", "发包方名称", "Collective that contracts the land out", K::Text, "", Internal),
    // licences, supervision and taxation 许可、监管与税务
    ("permit.number", "许可证编号", "Licence number", K::Text, "", Open),
    ("permit.kind", "许可项目", "Kind of licence", K::Text, "", Open),
    ("permit.valid_from", "许可生效日期", "Licence valid from", K::Date, "GB/T 7408.1-2023", Open),
    ("permit.valid_until", "许可有效期至", "Licence valid until", K::Date, "GB/T 7408.1-2023", Open),
    ("permit.level", "资质等级", "Level of qualification", K::Text, "", Open),
    ("permit.status", "许可状态", "State of licence", K::Text, "", Open),
    ("penalty.decision", "处罚决定书文号", "Number of penalty decision", K::Text, "", Open),
    ("penalty.cause", "处罚事由", "Cause of penalty", K::Text, "", Open),
    ("penalty.amount", "罚款金额", "Fine", K::Money, "", Open),
    ("penalty.date", "处罚决定日期", "Date of penalty", K::Date, "GB/T 7408.1-2023", Open),
    ("inspection.date", "检查日期", "Date of inspection", K::Date, "GB/T 7408.1-2023", Internal),
    ("inspection.result", "检查结果", "Result of inspection", K::Text, "", Internal),
    ("inspection.defects", "隐患数量", "Number of defects", K::Int, "", Internal),
    ("tax.status", "纳税人状态", "Taxpayer status", K::Text, "", Internal),
    ("tax.kind", "纳税人类型", "Kind of taxpayer", K::Text, "", Internal),
    ("tax.credit_level", "纳税信用等级", "Tax credit level", K::Text, "", Open),
    ("tax.year", "纳税信用评价年度", "Year of tax credit rating", K::Int, "", Open),
    // places, facilities and stocks 场所、设施与物资
    ("institution.name", "机构名称", "Institution", K::Text, "", Open),
    ("institution.kind", "机构类别", "Kind of institution", K::Text, "", Open),
    ("institution.beds", "床位数", "Number of beds", K::Int, "", Open),
    ("facility.code", "设施编号", "Facility code", K::Text, "", Open),
    ("facility.name", "设施名称", "Facility", K::Text, "", Open),
    ("facility.address", "设施位置", "Location of facility", K::Address, "", Open),
    ("facility.kind", "设施类别", "Kind of facility", K::Text, "", Open),
    ("place.longitude", "经度", "Longitude", K::Decimal, "CGCS2000", Internal),
    ("place.latitude", "纬度", "Latitude", K::Decimal, "CGCS2000", Internal),
    ("stock.name", "物资名称", "Goods", K::Text, "", Internal),
    ("stock.quantity", "物资数量", "Quantity", K::Decimal, "", Internal),
    ("project.number", "项目编号", "Project number", K::Text, "", Open),
    ("project.name", "项目名称", "Project", K::Text, "", Open),
    ("case.number", "案件编号", "Case number", K::Text, "", Personal),
    ("case.result", "处理结果", "Outcome of case", K::Text, "", Personal),
    ("certificate.number", "证书编号", "Certificate number", K::Text, "", Personal),
    ("certificate.kind", "证书类别", "Kind of certificate", K::Text, "", Personal),
    ("certificate.valid_until", "证书有效期至", "Certificate valid until", K::Date, "GB/T 7408.1-2023", Personal),
    ("certificate.issued", "发证日期", "Date of issue", K::Date, "GB/T 7408.1-2023", Personal),
    // documents 电子文件; a name may well hold a person's
    ("document.name", "电子文件名称", "Name of document", K::Text, "", Personal),
    ("document.bytes", "电子文件大小", "Size of document", K::Int, "", Internal),
    ("document.modified", "电子文件修改时间", "Time of last change of document", K::Moment, "GB/T 7408.1-2023", Internal),
];

/// Every built-in data element, in a fixed order.
pub fn all() -> impl ExactSizeIterator<Item = DataElement> {
    ROWS.iter().map(element)
}

/// The data element of this code.
pub fn by_code(code: &str) -> Option<DataElement> {
    ROWS.iter().find(|row| row.0 == code).map(element)
}

fn element(&(code, zh, en, kind, standard, grade): &Row) -> DataElement {
    DataElement { code, zh, en, kind: kind.kind(), standard, grade }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes are unique and every element can be found by its own code.
    #[test]
    fn codes_are_unique() {
        let codes: std::collections::BTreeSet<_> = all().map(|e| e.code).collect();
        assert_eq!(codes.len(), all().len());
        assert!(all().all(|e| by_code(e.code) == Some(e)));
    }
}
