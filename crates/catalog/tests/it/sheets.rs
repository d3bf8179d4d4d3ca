//! Import and export of workbooks and JSON.

use std::collections::BTreeSet;
use std::io::Cursor;

use axum::http::StatusCode;
use calamine::Reader as _;
use kernel::Role;
use rust_xlsxwriter::{Format, Formula, Workbook};
use serde_json::{Value, json};

use crate::world::{World, code, credit_code, on_both};

/// Headers of the sheets that the tests fill in, by column.
const RESOURCE: [&str; 9] = [
    "目录编码",
    "*资源名称",
    "资源摘要",
    "提供部门",
    "提供部门统一社会信用代码",
    "*信息资源类别",
    "*共享类型",
    "共享条件",
    "不予共享依据",
];
const MORE: [&str; 3] = ["*更新周期", "是否向社会开放", "责任人"];
const ITEM: [&str; 6] = ["*所属资源", "信息项名称", "中文名称", "*数据元", "是否主键", "长度"];

/// A workbook under construction: texts by row and column, from 0, the header being row 0.
struct Made {
    resources: Vec<Vec<String>>,
    items: Vec<Vec<String>>,
}

impl Made {
    /// So many faultless resources with three items each. Row 2 of the sheet is the first.
    fn of(count: usize) -> Self {
        let mut made = Self { resources: Vec::new(), items: Vec::new() };
        for at in 0..count {
            let name = format!("登记信息{at:05}");
            let row = [
                &format!("GA-IMP-{at:05}"),
                name.as_str(),
                "办理业务中形成的登记信息",
                "滨江区公安分局",
                "",
                "部门",
                "有条件共享",
                "用于社会救助审核，限民政部门使用",
                "",
                "每日",
                "否",
                "",
            ];
            made.resources.push(row.iter().map(|text| (*text).to_owned()).collect());
            for (item, element, key) in
                [("resident_id", "person.id", "是"), ("name", "姓名", "否"), ("sex", "person.sex", "")]
            {
                let row = [name.as_str(), item, "", element, key, ""];
                made.items.push(row.iter().map(|text| (*text).to_owned()).collect());
            }
        }
        made
    }

    /// Writes into a cell of the sheet of resources; the row as a spreadsheet counts it.
    fn resource(&mut self, row: usize, column: usize, text: &str) {
        text.clone_into(&mut self.resources[row - 2][column]);
    }

    fn item(&mut self, row: usize, column: usize, text: &str) {
        text.clone_into(&mut self.items[row - 2][column]);
    }

    fn bytes(&self) -> Vec<u8> {
        let mut workbook = Workbook::new();
        let headers: Vec<&str> = RESOURCE.into_iter().chain(MORE).collect();
        for (name, headers, rows) in
            [("资源", headers.as_slice(), &self.resources), ("信息项", &ITEM, &self.items)]
        {
            let sheet = workbook.add_worksheet().set_name(name).unwrap();
            for (at, header) in headers.iter().enumerate() {
                sheet.write_string(0, at as u16, *header).unwrap();
            }
            for (row, cells) in rows.iter().enumerate() {
                for (at, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                    let (row, at) = (row as u32 + 1, at as u16);
                    match text.strip_prefix("FORMULA:") {
                        Some(formula) => sheet.write_formula(row, at, Formula::new(formula)).unwrap(),
                        None => sheet.write_string(row, at, text).unwrap(),
                    };
                }
            }
        }
        workbook.save_to_buffer().unwrap()
    }
}

async fn send(
    world: &World,
    bytes: Vec<u8>,
    accept: Option<&str>,
    token: Option<&str>,
) -> (StatusCode, Value) {
    let parts = [("accept", accept), ("token", token)];
    world.send_form(&world.operator(), "/api/v1/catalogue/import", bytes, &parts).await
}

/// Faults as `sheet!cell code`.
fn cells(report: &Value) -> BTreeSet<String> {
    let text = |fault: &Value, key: &str| fault[key].as_str().unwrap().to_owned();
    let faults = report["faults"].as_array().unwrap_or_else(|| panic!("{report}"));
    faults
        .iter()
        .map(|fault| {
            assert!(fault["zh"].as_str().is_some_and(|zh| zh.ends_with('。')), "{fault}");
            format!(
                "{}!{}{} {}",
                text(fault, "sheet"),
                text(fault, "column"),
                fault["row"],
                text(fault, "code")
            )
        })
        .collect()
}

async fn total(world: &World) -> Value {
    world.send(Some(&world.operator()), "GET", "/api/v1/resources", Value::Null).await.1["total"].clone()
}

on_both! {
    /// Two thousand resources with one fault of every kind: each is named by its cell, nothing is imported, neither by a check nor by
    /// accepting everything, nor by accepting a faulty row among good ones; the faultless rows are imported when they are accepted.
    async fn two_thousand_with_planted_faults(world: World) {
        let (status, taken) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", {
            let mut body = crate::world::household();
            body["code"] = json!("GA-TAKEN-001");
            body
        }).await;
        assert_eq!(status, StatusCode::CREATED, "{taken}");
        let mut made = Made::of(2_000);
        let long = "长".repeat(101);
        let longest = "长".repeat(1_001);
        let own_code = credit_code(1);
        let wrong_check = format!("{}{}", &own_code[..17], if own_code.ends_with('0') { '1' } else { '0' });
        let other_code = credit_code(2);
        let planted: [(usize, usize, &str, &str); 20] = [
            (125, 0, "ga lower", "catalog.resource.code_shape"),
            (11, 0, "GA-TAKEN-001", "catalog.resource.code_taken"),
            (17, 0, "GA-IMP-00003", "sheet.twice"),
            (23, 1, &long, "field.too_long"),
            (29, 1, "", "field.required"),
            (35, 3, "不存在的局", "sheet.unknown_office"),
            (41, 3, "滨江区民政局", "sheet.other_office"),
            (47, 4, &wrong_check, "sheet.credit_code"),
            (53, 4, &other_code, "sheet.office_contradicts"),
            (59, 5, "其它", "sheet.word"),
            (65, 6, "随便共享", "sheet.word"),
            (71, 7, "", "catalog.share.no_condition"),
            (77, 7, &longest, "field.too_long"),
            (83, 7, "=HYPERLINK(\"http://a\")", "sheet.formula_text"),
            (89, 7, "FORMULA:1+1", "sheet.formula"),
            (95, 6, "不予共享", "catalog.share.no_legal_basis"),
            (101, 6, "无条件共享", "catalog.share.invented_condition"),
            (107, 9, "每旬", "sheet.word"),
            (113, 10, "也许", "sheet.flag"),
            (119, 11, "@SUM(A1)", "sheet.formula_text"),
        ];
        let mut expected = BTreeSet::new();
        let mut spoiled = BTreeSet::new();
        for (row, column, text, what) in planted {
            made.resource(row, column, text);
            spoiled.insert(row);
            // A missing basis is told where it is missing; an empty cell has the letters of its column.
            let told = match what {
                "catalog.share.no_legal_basis" => 8,
                _ => column,
            };
            expected.insert(format!("资源!{}{row} {what}", char::from(b'A' + told as u8)));
        }
        // Where a code stands twice, the row found first is spoiled as well.
        spoiled.insert(5);
        // Rows whose name is gone or another leave their items without a resource.
        for row in [23, 29] {
            let first = (row - 2) * 3 + 2;
            expected.extend((first..first + 3).map(|item| format!("信息项!A{item} sheet.unknown_resource")));
        }
        let items: [(usize, usize, &str, &str); 6] = [
            (602, 0, "没有的资源", "sheet.unknown_resource"),
            (605, 1, "Bad Name", "catalog.item.name"),
            (608, 3, "person.nothing", "catalog.item.unknown_element"),
            (611, 3, "", "field.required"),
            (614, 4, "对", "sheet.flag"),
            (617, 5, "很长", "sheet.number"),
        ];
        for (row, column, text, what) in items {
            made.item(row, column, text);
            expected.insert(format!("信息项!{}{row} {what}", char::from(b'A' + column as u8)));
            // Three items to a resource; an item of no resource spoils none.
            if column > 0 {
                spoiled.insert((row - 2) / 3 + 2);
            }
        }
        let before = world.evidence().await.len();
        // A workbook bears the time it was made at; an office sends the same file again.
        let file = made.bytes();
        let (status, report) = send(&world, file.clone(), None, None).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        let found = cells(&report);
        let missed: Vec<_> = expected.difference(&found).collect();
        let beside: Vec<_> = found.difference(&expected).collect();
        assert!(missed.is_empty() && beside.is_empty(), "missed {missed:?}, beside {beside:?}");
        assert_eq!((&report["resources"], &report["items"]), (&json!(2_000), &json!(6_000)));
        let good: Vec<u64> =
            report["faultless_rows"].as_array().unwrap().iter().map(|row| row.as_u64().unwrap()).collect();
        let wanted: Vec<u64> = (2..2_002).filter(|row| !spoiled.contains(row)).map(|row| row as u64).collect();
        assert_eq!(good, wanted);
        assert_eq!((total(&world).await, world.evidence().await.len()), (json!(1), before));

        let token = report["token"].as_str().unwrap();
        for accept in ["all", "2-10", "35"] {
            let (status, answer) = send(&world, file.clone(), Some(accept), Some(token)).await;
            assert_eq!((status, code(&answer)), (StatusCode::UNPROCESSABLE_ENTITY, "sheet.faults"), "{accept}");
        }
        let (status, answer) = send(&world, Made::of(3).bytes(), Some("all"), Some(token)).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "sheet.other_file"));
        assert_eq!((total(&world).await, world.evidence().await.len()), (json!(1), before));

        let rows = good.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let (status, done) = send(&world, file.clone(), Some(&rows), Some(token)).await;
        assert_eq!(status, StatusCode::OK, "{done}");
        assert_eq!(done["imported"].as_array().unwrap().len(), good.len());
        assert_eq!(total(&world).await, json!(1 + good.len()));
        let id = done["imported"][0]["id"].as_str().unwrap();
        let (_, made) = world.send(Some(&world.operator()), "GET", &format!("/api/v1/resources/{id}"), Value::Null).await;
        assert_eq!((&made["state"], &made["code"]), (&json!("draft"), &json!("GA-IMP-00000")));
        assert_eq!(made["items"][1]["element"], "person.name");
        let imported = world.evidence().await.iter().filter(|kind| *kind == "catalog.resource.imported").count();
        assert_eq!(imported, good.len());
    }

    /// What was exported can be read, finds every entry of the list, and holds no formula whatever a text begins with.
    async fn exports_hold_no_formula(world: World) {
        let mut body = crate::world::household();
        body["abstract"] = json!("=cmd|' /C calc'!A0");
        let (status, made) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", body).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let who = world.operator();
        let bytes = world.download(&who, "/api/v1/catalogue/export?format=xlsx").await;
        let mut workbook: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let values = workbook.worksheet_range("资源").unwrap();
        let formulas = workbook.worksheet_formula("资源").unwrap();
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()));
        assert!(values.rows().any(|row| row.iter().any(|cell| *cell == calamine::Data::String("=cmd|' /C calc'!A0".to_owned()))));
        assert_eq!(workbook.worksheet_range("信息项").unwrap().height(), 4);
        let bytes = world.download(&who, "/api/v1/catalogue/export?format=json").await;
        let json: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(json["resources"][0]["items"][0]["element"], "person.id");
        let stranger = world.user(Role::DepartmentOperator, &world.welfare);
        let bytes = world.download(&stranger, "/api/v1/catalogue/export?format=json").await;
        let json: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(json["resources"], json!([]));
    }

    /// JSON as exported is imported again elsewhere, checked by the same rules.
    async fn json_is_imported(world: World) {
        let one = json!({"name": "船舶登记信息", "abstract": "登记中形成", "classification": "department", "share_type": "conditional",
            "share_condition": "用于执法检查，限海事部门使用", "update_cycle": "daily",
            "items": [{"item": "owner", "element": "person.name", "is_key": true}]});
        let mut bad = one.clone();
        bad["name"] = json!("渔船登记信息");
        bad["items"][0]["element"] = json!("no.such");
        bad["colour"] = json!("blue");
        let bytes = json!({"resources": [one, bad]}).to_string().into_bytes();
        let (status, report) = send(&world, bytes.clone(), None, None).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        let found = cells(&report);
        let expected = ["items!element2 catalog.item.unknown_element", "resources!colour2 sheet.unknown_column"];
        assert_eq!(found, expected.into_iter().map(str::to_owned).collect());
        let token = report["token"].as_str().unwrap();
        let (status, done) = send(&world, bytes, Some("1"), Some(token)).await;
        assert_eq!(status, StatusCode::OK, "{done}");
        assert_eq!(done["imported"][0]["name"], "船舶登记信息");
        assert_eq!(total(&world).await, 1);
    }

    /// Whatever is not a workbook is refused with what to do, and so are merged cells, empty rows and wrong headers, by their place.
    async fn other_files_are_refused(world: World) {
        let archive = b"PK\x03\x04 is not a workbook".to_vec();
        for (bytes, what) in [
            (b"\xD0\xCF\x11\xE0 old".to_vec(), "sheet.old_format"),
            (b"a,b,c\n1,2,3".to_vec(), "sheet.not_a_workbook"),
            (Vec::new(), "sheet.not_a_workbook"),
            (archive, "sheet.damaged"),
            (b"{\"resources\": [".to_vec(), "sheet.json"),
            (b"{\"resources\": [{\"name\": \"\xB2\xE2\"}]}".to_vec(), "sheet.encoding"),
        ] {
            let (status, answer) = send(&world, bytes, None, None).await;
            assert_eq!((status, code(&answer)), (StatusCode::UNPROCESSABLE_ENTITY, what));
        }
        let mut workbook = Workbook::new();
        workbook.add_worksheet().set_name("别的表").unwrap();
        let (_, answer) = send(&world, workbook.save_to_buffer().unwrap(), None, None).await;
        assert_eq!(code(&answer), "sheet.no_resources");

        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet().set_name("资源").unwrap();
        for (at, header) in ["*资源名称", "*信息资源类别", "*共享类型", "颜色"].iter().enumerate() {
            sheet.write_string(0, at as u16, *header).unwrap();
        }
        sheet.merge_range(1, 0, 2, 0, "甲信息", &Format::new()).unwrap();
        sheet.write_string(1, 1, "部门").unwrap();
        sheet.write_string(4, 0, "乙信息").unwrap();
        let (status, report) = send(&world, workbook.save_to_buffer().unwrap(), None, None).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        let found = cells(&report);
        for expected in [
            "资源!1 sheet.column_missing", "资源!D1 sheet.unknown_column", "资源!A2 sheet.merged", "资源!3 sheet.empty_row",
            "资源!4 sheet.empty_row", "资源!2 field.required", "信息项!0 sheet.no_items",
        ] {
            assert!(found.contains(expected), "{expected} in {found:?}");
        }
        assert_eq!(report["faultless_rows"], json!([]));
    }

    /// The template has every column, and an empty one imports nothing and has no fault.
    async fn the_template_fits(world: World) {
        let bytes = world.download(&world.operator(), "/api/v1/catalogue/template.xlsx").await;
        let workbook: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes.clone())).unwrap();
        assert_eq!(workbook.sheet_names(), ["资源", "信息项", "填写说明", "数据元", "机构"]);
        let (status, report) = send(&world, bytes, None, None).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        assert_eq!((cells(&report).len(), &report["resources"]), (0, &json!(0)), "{report}");
    }
}
