//! The dictionary 词表: what the parts of a Chinese item name mean, and which of them mean the same.
//!
//! An item name says *whose* (party), *which event*, *where* (place), *of what* (object) and *what property* (head). Names
//! that look almost alike may be opposites (迁入日期 and 迁出日期), and names that share no character may mean the same
//! (生日 and 出生日期); the dictionary tells both apart.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

/// What a word says in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 角色: a person or body other than the record's own subject. Different parties are different data.
    Party,
    /// 环节: what happened. Different events are different data.
    Event,
    /// 处所: where. Different places are different data.
    Place,
    /// 对象: the thing a record is about.
    Object,
    /// 人群: the group the subject belongs to; 学生姓名 and 姓名 are names of a person all the same.
    Subject,
    /// 属性: the property itself.
    Head,
    /// Words that say nothing: 信息, 基本, 本人.
    Filler,
}

/// A meaning: class and the word that stands for it.
pub type Meaning = (Class, &'static str);

use Class::{Event, Filler, Head, Object, Party, Place, Subject};

/// Words that mean the same; the first stands for all.
#[rustfmt::skip]
const SAME: &[(Class, &[&str])] = &[
    (Filler, &["信息", "有效", "数据", "资料", "记录", "情况", "基本", "相关", "有关", "所属", "所在", "当前", "目前", "现有", "是否", "本人",
        "公民", "居民", "个人", "自然人", "人员", "人口", "对象", "当事人", "名单", "名册", "清单", "台账", "登记表", "登记簿", "明细",
        "汇总", "列表", "一览", "目录", "详情", "系统", "平台", "管理", "服务", "业务", "填写", "具体", "统一", "标识", "标志", "月", "的", "与", "和", "及"]),
    // 角色
    (Party, &["父亲", "父", "爸爸"]), (Party, &["母亲", "母", "妈妈"]), (Party, &["父母", "双亲"]),
    (Party, &["配偶", "爱人", "夫妻一方"]), (Party, &["丈夫", "夫"]), (Party, &["妻子", "妻"]), (Party, &["子女", "孩子"]),
    (Party, &["男方"]), (Party, &["女方"]), (Party, &["户主"]), (Party, &["监护人", "法定监护人"]),
    (Party, &["法定代表人", "法人代表", "法人姓名", "法定代表"]), (Party, &["负责人", "主要负责人", "责任人"]),
    (Party, &["联系人"]), (Party, &["紧急联系人"]), (Party, &["经办人", "承办人", "办理人"]), (Party, &["代理人", "受托人", "被委托人"]),
    (Party, &["委托人"]), (Party, &["股东", "投资人", "出资人"]), (Party, &["担保人", "保证人"]), (Party, &["抵押人"]), (Party, &["抵押权人"]),
    (Party, &["权利人", "产权人", "所有权人", "业主", "房主"]), (Party, &["承租人", "租客", "租户"]), (Party, &["出租人", "房东"]),
    (Party, &["买方", "买受人", "受让人"]), (Party, &["卖方", "出卖人", "转让人"]), (Party, &["甲方"]), (Party, &["乙方"]),
    (Party, &["投保人"]), (Party, &["被保险人"]), (Party, &["受益人"]), (Party, &["受害人", "被害人"]), (Party, &["举报人", "投诉人", "报案人"]),
    (Party, &["被举报人", "被投诉人"]), (Party, &["原告"]), (Party, &["被告"]), (Party, &["医生", "医师", "大夫"]), (Party, &["教师", "老师"]),
    (Party, &["班主任"]), (Party, &["校长", "院长", "园长"]), (Party, &["帮扶人", "帮扶责任人", "结对干部"]), (Party, &["车主", "机动车所有人"]),
    (Party, &["施工单位"]), (Party, &["建设单位"]), (Party, &["监理单位"]), (Party, &["设计单位"]), (Party, &["检查人", "巡查人", "检查员"]),
    (Party, &["执法人员", "执法人"]), (Party, &["审核人", "审批人"]), (Party, &["采集人", "采集员", "登记人", "填报人"]), (Party, &["网格员"]),
    (Party, &["志愿者"]), (Party, &["死者", "逝者"]),
    // 人群
    (Subject, &["申请人", "申报人", "申请对象"]), (Subject, &["持证人", "证件持有人"]), (Subject, &["参保人", "参保人员", "参保职工"]),
    (Subject, &["患者", "病人"]), (Subject, &["学生", "学员"]), (Subject, &["老人", "老年人", "长者"]), (Subject, &["儿童", "幼儿", "新生儿", "婴儿"]),
    (Subject, &["驾驶人", "驾驶员", "司机"]), (Subject, &["从业人员", "职工", "员工", "工作人员"]), (Subject, &["残疾人", "残障人士"]),
    (Subject, &["受助人", "救助对象"]), (Subject, &["家庭成员", "成员"]), (Subject, &["农户", "农民"]),
    (Subject, &["优抚对象"]), (Subject, &["退役军人"]), (Subject, &["纳税人"]), (Subject, &["缴费人"]), (Subject, &["求职者", "求职人员"]),
    // 环节
    (Event, &["出生", "诞生"]), (Event, &["死亡", "逝世", "去世"]), (Event, &["火化"]), (Event, &["结婚"]), (Event, &["离婚"]),
    (Event, &["登记", "注册"]), (Event, &["注销"]), (Event, &["吊销"]), (Event, &["撤销"]), (Event, &["变更"]), (Event, &["成立", "设立", "创立"]),
    (Event, &["核准", "批准", "许可", "获批"]), (Event, &["申请", "申报"]), (Event, &["受理"]), (Event, &["办结"]), (Event, &["审核", "复核"]), (Event, &["审批"]),
    (Event, &["发证", "颁证", "颁发", "签发", "核发"]), (Event, &["截止", "到期", "终止", "结束", "届满", "失效", "止"]), (Event, &["起始", "开始", "起"]),
    (Event, &["生效"]), (Event, &["迁入", "迁进"]), (Event, &["迁出", "迁离"]), (Event, &["入住"]), (Event, &["搬离", "退租"]), (Event, &["入学", "入园"]),
    (Event, &["毕业"]), (Event, &["转学"]), (Event, &["入院", "住院"]), (Event, &["出院"]), (Event, &["就诊", "门诊", "看病"]), (Event, &["接种", "预防接种"]),
    (Event, &["检查", "巡查"]), (Event, &["检验", "检测", "抽检"]), (Event, &["体检"]), (Event, &["处罚"]), (Event, &["整改"]), (Event, &["开工"]),
    (Event, &["竣工", "完工"]), (Event, &["验收"]), (Event, &["缴费", "缴纳", "缴存"]), (Event, &["领取"]), (Event, &["发放", "支付"]), (Event, &["停发"]),
    (Event, &["参保", "参加保险"]), (Event, &["退保"]), (Event, &["入职"]), (Event, &["离职"]), (Event, &["就业"]), (Event, &["失业"]), (Event, &["退休"]),
    (Event, &["鉴定", "评定"]), (Event, &["认定"]), (Event, &["出租"]), (Event, &["转让"]), (Event, &["抵押"]), (Event, &["收入"]), (Event, &["支出"]),
    (Event, &["进口"]), (Event, &["出口"]), (Event, &["进货", "采购"]), (Event, &["出货", "销售"]), (Event, &["采集"]), (Event, &["更新"]), (Event, &["上报", "报送"]),
    (Event, &["发生"]), (Event, &["首次", "初次"]), (Event, &["最近", "末次"]), (Event, &["计划", "预计"]), (Event, &["实际"]), (Event, &["立案"]), (Event, &["结案"]),
    (Event, &["取得", "获得"]), (Event, &["派遣", "派单"]), (Event, &["处置", "处理"]), (Event, &["年检", "年审"]), (Event, &["招生"]), (Event, &["拨付"]),
    // 处所
    (Place, &["户籍", "户口", "户籍地", "户口所在地", "户籍所在地"]), (Place, &["居住", "现住", "居住地", "常住", "现居", "现居住", "现住地", "居所", "家庭住址", "家庭地址"]),
    (Place, &["通讯", "邮寄", "通信", "联系"]), (Place, &["经营", "经营场所", "营业"]), (Place, &["工作", "任职"]), (Place, &["籍贯"]), (Place, &["坐落"]), (Place, &["事发", "案发"]),
    // 对象
    (Object, &["企业", "公司", "市场主体", "经营主体", "商事主体", "经营者", "经营单位"]), (Object, &["个体工商户", "个体户"]), (Object, &["社会组织"]), (Object, &["房屋", "房产", "住房", "不动产"]),
    (Object, &["土地", "宗地", "地块"]), (Object, &["车辆", "机动车", "汽车"]), (Object, &["电动自行车"]), (Object, &["驾驶证"]), (Object, &["行驶证"]), (Object, &["学校"]),
    (Object, &["医院", "医疗机构", "诊疗机构"]), (Object, &["药品"]), (Object, &["食品"]), (Object, &["特种设备", "设备"]), (Object, &["工程"]), (Object, &["合同", "协议"]),
    (Object, &["证书", "资格证"]), (Object, &["证照"]), (Object, &["许可证"]), (Object, &["学籍"]), (Object, &["养老保险"]), (Object, &["医疗保险", "医保"]), (Object, &["工伤保险"]), (Object, &["失业保险"]), (Object, &["生育保险"]), (Object, &["社会保险", "社保"]),
    (Object, &["公积金", "住房公积金"]), (Object, &["低保", "最低生活保障", "低保户", "低保对象", "低保人员"]), (Object, &["特困", "特困供养", "特困人员", "特困对象"]), (Object, &["残疾"]), (Object, &["疫苗"]), (Object, &["婚姻"]),
    (Object, &["家庭"]), (Object, &["手机", "移动"]), (Object, &["固定", "座机"]), (Object, &["健康档案"]), (Object, &["出生医学证明", "出生证明", "出生证"]),
    (Object, &["不动产权证", "房产证", "产权证", "房屋产权证", "不动产证"]), (Object, &["残疾人证", "残疾证"]), (Object, &["营业执照"]), (Object, &["行业"]), (Object, &["行政区划", "区划"]),
    // 属性
    (Head, &["姓名"]), (Head, &["曾用名"]), (Head, &["名称", "全称", "名"]), (Head, &["身份号码", "身份证号码", "身份证号", "身份证件号码", "身份证", "公民身份号码", "身份证编号", "居民身份证号码", "身份证件号"]),
    (Head, &["信用代码", "统一社会信用代码", "社会信用代码", "统一信用代码", "机构代码", "组织机构代码", "企业信用代码"]), (Head, &["证件号码", "证件号", "证件编号"]), (Head, &["编号", "号码", "编码", "代码", "证号", "证书编号", "证书号", "序号", "号", "文号"]),
    (Head, &["日期", "时间", "年月日", "年月", "日"]), (Head, &["年份", "年度"]), (Head, &["期限", "有效期"]), (Head, &["地址", "住址", "地点", "位置", "住所", "地"]), (Head, &["场所"]),
    (Head, &["电话", "电话号码", "联系电话", "联系方式", "联系号码", "电话号"]), (Head, &["金额", "费用", "款额", "总额"]), (Head, &["标准"]), (Head, &["基数"]), (Head, &["资本", "注册资本", "注册资金"]),
    (Head, &["人数", "人口数"]), (Head, &["数量", "个数", "总数", "数"]), (Head, &["次数"]), (Head, &["面积"]), (Head, &["状态", "状况"]), (Head, &["类别", "类型", "种类", "分类", "性质"]),
    (Head, &["等级", "级别", "档次"]), (Head, &["原因", "事由", "理由"]), (Head, &["结果", "结论"]), (Head, &["内容"]), (Head, &["备注", "说明"]), (Head, &["项目"]), (Head, &["机关", "单位", "机构", "部门"]),
    (Head, &["性别"]), (Head, &["民族", "民族成份", "民族成分", "族别"]), (Head, &["国籍"]), (Head, &["年龄"]), (Head, &["文化程度", "学历", "受教育程度", "教育程度"]), (Head, &["学位"]), (Head, &["职业"]), (Head, &["职务"]), (Head, &["职称"]),
    (Head, &["政治面貌"]), (Head, &["血型"]), (Head, &["关系"]), (Head, &["照片", "图片", "影像"]), (Head, &["经度"]), (Head, &["纬度"]), (Head, &["品牌"]), (Head, &["型号"]),
    (Head, &["车牌号", "号牌号码", "车牌", "车牌号码", "机动车号牌", "机动车号牌号码", "车辆号牌", "车辆牌照", "号牌"]), (Head, &["车架号", "车辆识别代号", "车辆识别码"]), (Head, &["发动机号"]), (Head, &["邮编", "邮政编码"]), (Head, &["邮箱", "电子邮箱", "电子邮件"]),
    (Head, &["账号", "银行账号", "银行卡号"]), (Head, &["开户行", "开户银行"]), (Head, &["用途"]), (Head, &["范围"]), (Head, &["户号", "户编号", "家庭编号", "户籍号"]), (Head, &["依据"]), (Head, &["得分", "分数", "评分", "成绩"]), (Head, &["比例", "率"]),
];

/// Words that say several things at once.
#[rustfmt::skip]
const SEVERAL: &[(&str, &[Meaning])] = &[
    ("生日", &[(Event, "出生"), (Head, "日期")]),
    ("结婚", &[(Event, "结婚"), (Object, "婚姻")]),
    ("离婚", &[(Event, "离婚"), (Object, "婚姻")]),
    ("学号", &[(Object, "学籍"), (Head, "编号")]),
    ("建筑面积", &[(Object, "房屋"), (Head, "面积")]),
    ("婚姻状况", &[(Object, "婚姻"), (Head, "状态")]),
    ("婚况", &[(Object, "婚姻"), (Head, "状态")]),
    ("婚姻情况", &[(Object, "婚姻"), (Head, "状态")]),
    ("手机号", &[(Object, "手机"), (Head, "电话")]),
    ("手机号码", &[(Object, "手机"), (Head, "电话")]),
    ("手机", &[(Object, "手机"), (Head, "电话")]),
    ("移动电话", &[(Object, "手机"), (Head, "电话")]),
    ("座机", &[(Object, "固定"), (Head, "电话")]),
    ("有效期至", &[(Event, "截止"), (Head, "日期")]),
    ("有效期止", &[(Event, "截止"), (Head, "日期")]),
    ("有效期截止", &[(Event, "截止"), (Head, "日期")]),
    ("有效期起", &[(Event, "起始"), (Head, "日期")]),
    ("缴至", &[(Event, "缴费"), (Event, "截止"), (Head, "日期")]),
    ("缴费至", &[(Event, "缴费"), (Event, "截止"), (Head, "日期")]),
    ("缴费工资", &[(Event, "缴费"), (Head, "基数")]),
    ("低保金", &[(Object, "低保"), (Head, "金额")]),
    ("家庭关系", &[(Party, "户主"), (Head, "关系")]),
    ("户主关系", &[(Party, "户主"), (Head, "关系")]),
    ("联系手机", &[(Object, "手机"), (Head, "电话")]),
    ("联系人电话", &[(Party, "联系人"), (Head, "电话")]),
    ("经营状态", &[(Object, "企业"), (Head, "状态")]),
    ("存续状态", &[(Object, "企业"), (Head, "状态")]),
    ("登记状态", &[(Object, "企业"), (Head, "状态")]),
    ("家庭人口", &[(Object, "家庭"), (Head, "人数")]),
    ("家庭人数", &[(Object, "家庭"), (Head, "人数")]),
    ("就业单位", &[(Place, "工作"), (Head, "机关")]),
    ("家庭住址", &[(Place, "居住"), (Head, "地址")]),
    ("家庭地址", &[(Place, "居住"), (Head, "地址")]),
    ("现住址", &[(Place, "居住"), (Head, "地址")]),
    ("住址", &[(Place, "居住"), (Head, "地址")]),
    ("户籍地址", &[(Place, "户籍"), (Head, "地址")]),
    ("户口地址", &[(Place, "户籍"), (Head, "地址")]),
    ("居住地址", &[(Place, "居住"), (Head, "地址")]),
    ("现居住地址", &[(Place, "居住"), (Head, "地址")]),
    ("常住地址", &[(Place, "居住"), (Head, "地址")]),
    ("现住地址", &[(Place, "居住"), (Head, "地址")]),
    ("户籍地", &[(Place, "户籍"), (Head, "地址")]),
    ("户口所在地", &[(Place, "户籍"), (Head, "地址")]),
    ("户籍所在地", &[(Place, "户籍"), (Head, "地址")]),
    ("居住地", &[(Place, "居住"), (Head, "地址")]),
    ("经营场所", &[(Place, "经营"), (Head, "地址")]),
    ("营业场所", &[(Place, "经营"), (Head, "地址")]),
    ("坐落", &[(Place, "坐落"), (Head, "地址")]),
    ("工作单位", &[(Place, "工作"), (Head, "机关")]),
    ("就职单位", &[(Place, "工作"), (Head, "机关")]),
    ("用人单位", &[(Place, "工作"), (Head, "机关")]),
    ("企业名", &[(Object, "企业"), (Head, "名称")]),
    ("单位名称", &[(Object, "企业"), (Head, "名称")]),
    ("成立年月", &[(Event, "成立"), (Head, "日期")]),
    ("注册地址", &[(Object, "企业"), (Head, "地址")]),
    ("住所", &[(Object, "企业"), (Head, "地址")]),
    ("现居住地", &[(Place, "居住"), (Head, "地址")]),
    ("常住地", &[(Place, "居住"), (Head, "地址")]),
];

static MEANINGS: LazyLock<HashMap<&'static str, Vec<Meaning>>> = LazyLock::new(|| {
    let mut all: HashMap<&'static str, Vec<Meaning>> = HashMap::new();
    for (class, words) in SAME {
        for word in *words {
            let first = words.first().copied().unwrap_or(word);
            all.entry(word).or_insert_with(|| vec![(*class, first)]);
        }
    }
    for (word, meanings) in SEVERAL {
        all.insert(word, meanings.to_vec());
    }
    all
});

struct Dictionary {
    words: Vec<&'static str>,
    automaton: Option<AhoCorasick>,
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let mut words: Vec<_> = MEANINGS.keys().copied().collect();
    words.sort_unstable();
    // A table of a few hundred words can always be built; a test holds that.
    let automaton = AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).build(&words).ok();
    Dictionary { words, automaton }
});

/// A part of a text: a known word with what it says, or letters the dictionary does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// A word of the dictionary.
    Known(&'static [Meaning]),
    /// Anything else.
    Unknown(&'a str),
}

/// Cuts a text into known words, longest first, and the rest.
pub fn cut(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    for found in DICTIONARY.automaton.iter().flat_map(|automaton| automaton.find_iter(text)) {
        let word = DICTIONARY.words.get(found.pattern().as_usize()).copied().unwrap_or_default();
        // One letter is a word only at an end of the name: 号 in 户号, 父 in 父姓名, but not 起 in 发起人.
        let at_an_end = found.start() == 0 || found.end() == text.len();
        if word.chars().count() == 1 && !at_an_end && word != "的" {
            continue;
        }
        if let Some(rest) = text.get(at..found.start()).filter(|rest| !rest.is_empty()) {
            parts.push(Part::Unknown(rest));
        }
        parts.push(Part::Known(MEANINGS.get(word).map_or(&[], Vec::as_slice)));
        at = found.end();
    }
    if let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        parts.push(Part::Unknown(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every word that others are led back to is a word of the dictionary with that class, so that no name means
    /// something nobody can say.
    #[test]
    fn meanings_are_closed() {
        assert!(DICTIONARY.automaton.is_some());
        let first: Vec<Meaning> = SAME.iter().map(|(class, words)| (*class, words[0])).collect();
        for (word, meanings) in SEVERAL {
            for meaning in *meanings {
                assert!(first.contains(meaning), "{word}: {meaning:?}");
            }
        }
    }

    /// The longest word wins: 身份证号码 is one property, not 身份证 and 号码.
    #[test]
    fn cuts_longest_words() {
        assert_eq!(
            cut("配偶身份证号码"),
            [Part::Known(&[(Party, "配偶")]), Part::Known(&[(Head, "身份号码")])]
        );
        assert_eq!(cut("甲醛浓度"), [Part::Unknown("甲醛浓度")]);
        assert_eq!(cut("发起人"), [Part::Unknown("发起人")]);
    }
}
