//! Traditional forms 繁体字 of the characters that are frequent in names of people and enterprises.
//!
//! A small table of one-to-one pairs, for comparison keys only: names are never rewritten by it, because a register may really
//! hold the traditional form. Characters that map several ways, or are ordinary simplified characters in their own right, are left out.

use std::sync::LazyLock;

/// Pairs, traditional then simplified, without separators.
const PAIRS: &str = "\
    來来倉仓個个們们倫伦偉伟側侧偵侦傑杰傳传傷伤僅仅僑侨價价儀仪億亿優优儲储兒儿兩两凱凯別别則则剛刚創创劃划劉刘劍剑勁劲動动務务勛勋勝胜勞劳勢势勳勋勵励勸劝匯汇區区\
    協协卻却參参叢丛吳吴呂吕員员問问啟启喚唤喪丧喬乔單单嘯啸嚮向嚴严國国園园圓圆圖图團团堅坚報报場场塊块塗涂塵尘墾垦壇坛壓压壘垒壯壮壽寿夢梦夾夹奐奂奪夺奮奋婁娄婦妇\
    媽妈嫵妩嫻娴嬋婵嬌娇嬰婴孌娈孫孙學学孿孪宮宫實实寧宁審审寫写寬宽寶宝將将專专尋寻對对導导屆届屬属岡冈島岛峽峡崑昆嵐岚嶺岭嶽岳巒峦巔巅巖岩帥帅師师帳帐帶带幣币幫帮\
    幹干幾几庫库廈厦廟庙廠厂廣广廬庐廳厅張张強强彈弹彎弯彙汇後后徑径從从復复徵征徹彻恆恒悅悦惱恼惲恽愛爱愷恺態态慚惭慣惯慮虑慶庆憂忧憲宪憶忆懇恳應应懷怀戀恋戰战戲戏\
    戶户掃扫揚扬換换揮挥損损搖摇擁拥擇择擊击擔担據据擬拟擴扩攜携攝摄敗败敵敌數数斂敛斷断時时晉晋晝昼暉晖暢畅暫暂曄晔曉晓書书會会東东柵栅桿杆條条棗枣棟栋楊杨楓枫\
    業业極极榮荣構构槍枪樁桩樂乐樓楼標标樣样樸朴樹树橋桥機机檔档檜桧檢检櫃柜櫻樱權权歐欧歡欢歲岁歷历歸归殘残殺杀殼壳氣气氫氢決决沒没沖冲況况涼凉淚泪淵渊減减測测渾浑\
    湧涌湯汤準准溝沟滙汇滬沪滿满漢汉潔洁潤润澤泽濟济濤涛濱滨瀋沈瀘泸瀟潇瀾澜灘滩灣湾無无煒炜煙烟煥焕熱热燈灯燒烧營营燦灿爐炉爺爷爾尔牆墙牽牵狀状獎奖獨独獲获獻献現现\
    瑋玮瑤瑶瑩莹璣玑環环瓊琼產产畝亩畢毕畫画異异當当疊叠療疗發发皚皑盡尽監监盤盘盧卢眾众碩硕確确碼码礎础礦矿禎祯禦御禪禅禮礼種种稱称穌稣積积穎颖穩稳窮穷競竞筆笔節节\
    範范築筑簡简簽签籃篮籌筹糧粮紀纪約约紅红紋纹納纳純纯級级紡纺細细紳绅紹绍終终組组結结給给絲丝經经綠绿維维綱纲網网綸纶綺绮緊紧緒绪線线緣缘編编緯纬練练縣县總总績绩\
    織织繡绣繪绘繼继續续義义聖圣聞闻聯联聰聪聲声聶聂職职聽听肅肃脈脉腦脑臉脸臘腊臨临臺台與与興兴舉举舊旧艙舱艦舰艷艳莊庄華华萬万葉叶蓮莲蔣蒋蔭荫蕭萧薦荐薩萨藍蓝藝艺\
    藥药蘆芦蘇苏蘊蕴蘭兰蘿萝處处虛虚號号蝦虾螢萤蟲虫衆众術术衛卫衝冲裏里補补裝装裡里製制複复褲裤規规視视親亲覺觉覽览觀观觸触計计訓训託托記记設设許许詞词詠咏試试詩诗\
    話话該该詳详誌志語语誠诚說说課课誼谊調调請请諒谅論论諸诸諾诺謀谋謙谦講讲謝谢證证識识譚谭譯译議议護护譽誉讀读變变讓让豐丰豔艳貝贝貞贞財财貢贡貨货販贩貫贯責责貯贮\
    貴贵費费貼贴貿贸賀贺資资賈贾賓宾賜赐賞赏賢贤質质賬账賴赖購购贈赠贊赞贏赢趙赵跡迹踐践躍跃軀躯車车軍军軒轩軟软軸轴載载輔辅輕轻輛辆輝辉輪轮輸输轉转轟轰辦办辭辞農农\
    連连週周進进運运過过達达違违遙遥遜逊遞递遠远適适遷迁選选遺遗遼辽邁迈還还邊边邏逻郵邮鄉乡鄒邹鄧邓鄭郑鄰邻醫医釀酿釋释釗钊針针鈞钧鈦钛鈴铃鈺钰鉑铂銀银銅铜銘铭銳锐\
    鋁铝鋅锌鋒锋鋪铺鋰锂鋼钢錄录錢钱錦锦錫锡鍵键鍾钟鎔镕鎖锁鎮镇鏈链鏗铿鏡镜鐘钟鐵铁鑄铸鑒鉴鑽钻長长門门閃闪閉闭開开閏闰閒闲間间閔闵閣阁閩闽閱阅閻阎闊阔闖闯關关陝陕\
    陰阴陳陈陸陆陽阳隊队階阶際际隨随險险隱隐雙双雜杂雞鸡離离難难雲云電电霧雾靈灵靜静韋韦韓韩韻韵響响頁页頂顶頃顷項项順顺須须預预領领頡颉頤颐頻频顆颗題题額额顏颜願愿\
    類类顧顾風风飛飞飯饭飲饮養养餘余館馆馬马馮冯馳驰駐驻駿骏騎骑騏骐騰腾驊骅驕骄驗验驚惊驛驿驥骥髮发鬥斗魚鱼魯鲁鮮鲜鯉鲤鯤鲲鯨鲸鳳凤鳴鸣鴻鸿鵑鹃鵬鹏鶯莺鶴鹤鷹鹰鸞鸾\
    麗丽麥麦黃黄黨党齊齐齡龄龍龙龐庞龔龚龜龟";

/// Sorted by the traditional character, so that a look-up is a binary search without hashing.
static TABLE: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut characters = PAIRS.chars();
    let mut table = Vec::new();
    while let (Some(traditional), Some(simplified)) = (characters.next(), characters.next()) {
        table.push((traditional, simplified));
    }
    table.sort_unstable();
    table
});

/// The simplified form of a character, or the character itself.
pub fn simplify(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let table = TABLE.as_slice();
    let found = table.binary_search_by_key(&c, |pair| pair.0).ok().and_then(|place| table.get(place));
    found.map_or(c, |pair| pair.1)
}

/// Whether the text has a traditional form of the table.
pub fn contains(text: &str) -> bool {
    text.chars().any(|c| simplify(c) != c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table is made of pairs, and no simplified form is itself a traditional one.
    #[test]
    fn table_is_consistent() {
        assert_eq!(PAIRS.chars().count() % 2, 0);
        assert!(TABLE.len() > 500);
        assert!(TABLE.iter().all(
            |(traditional, simplified)| traditional != simplified && simplify(*simplified) == *simplified
        ));
        assert!(TABLE.windows(2).all(|pair| pair[0].0 != pair[1].0));
        assert_eq!("張陳劉".chars().map(simplify).collect::<String>(), "张陈刘");
    }
}
