//! The board of supply and demand: a need is answered, promised or assigned, listed, and closed.

use kernel::Role;
use serde_json::{Value, json};

use crate::world::{DAY, World, code, id, on_both, places};

fn need() -> Value {
    json!({"title": "养犬登记信息", "description": "登记犬只和饲养人", "elements": ["person.id"],
        "scenario": "处理犬只扰民投诉时核对饲养人", "basis": "《中华人民共和国动物防疫法》第三十条"})
}

async fn posted(world: &World) -> (String, String) {
    let made = world.ok(&world.asker(), "POST", "/api/v1/needs", need()).await;
    (id(&made), format!("/api/v1/needs/{}", id(&made)))
}

on_both! {
    /// Posted, denied by one, promised by another, listed, closed; each department is asked once.
    async fn from_need_to_resource(world: World) {
        let (_, path) = posted(&world).await;
        let (clerk, doctor) = (world.clerk(), world.operator_of(&world.health));
        assert_eq!(world.waits(&clerk).await, ["sharing.need.answer"]);
        assert!(world.waits(&world.asker()).await.is_empty(), "nobody answers his own need");
        let no = json!({"holds": false, "reason": "犬只登记由公安机关负责"});
        world.ok(&doctor, "POST", &format!("{path}/answers"), no.clone()).await;
        assert!(world.waits(&doctor).await.is_empty());
        world.refused(&doctor, &format!("{path}/answers"), no.clone(), (409, "need.answered")).await;
        world.refused(&world.asker(), &format!("{path}/answers"), no, (403, "need.own")).await;
        let far = json!({"holds": true, "reason": "本局掌握", "list_by_ms": i64::MAX});
        let answer = world.refused(&clerk, &format!("{path}/answers"), far, (422, "input.invalid")).await;
        assert_eq!(places(&answer), ["list_by_ms"]);
        let yes = json!({"holds": true, "reason": "治安大队掌握，尚未编目"});
        let promised = world.ok(&clerk, "POST", &format!("{path}/answers"), yes).await;
        assert_eq!((&promised["state"], &promised["responsible_name"]), (&json!("committed"), &json!("滨江区公安分局")));
        assert_eq!((&promised["clock"]["stage"], &promised["clock"]["days"]), (&json!("listing"), &json!(20)));
        assert_eq!(world.waits(&clerk).await, ["sharing.need.list"]);
        let link = format!("{path}/link");
        world.refused(&doctor, &link, json!({"resource_id": world.stations}), (403, "actor.organisation")).await;
        world.refused(&clerk, &link, json!({"resource_id": "none"}), (404, "resource.not_found")).await;
        let listed = world.ok(&clerk, "POST", &link, json!({"resource_id": world.stations})).await;
        assert_eq!((&listed["state"], &listed["resource_name"]), (&json!("listed"), &json!("派出所名录")));
        assert_eq!(world.waits(&world.asker()).await, ["sharing.need.use"]);
        let closed = world.ok(&world.asker(), "POST", &format!("{path}/close"), json!({"reason": "已申请使用"})).await;
        assert_eq!((&closed["state"], &closed["may"]), (&json!("closed"), &json!([])));
        assert_eq!(
            world.line(&doctor, &path).await,
            [
                "sharing.need.posted",
                "sharing.need.answered_no",
                "sharing.need.answered_yes",
                "sharing.need.listed",
                "sharing.need.closed",
            ]
        );
    }

    /// Nobody says a word: departments are reminded, their heads told, then the data authority, which names the
    /// responsible department; that one's silence escalates too.
    async fn silence_brings_a_designation(world: World) {
        let (_, path) = posted(&world).await;
        world.pass(13 * DAY).await;
        assert!(world.notices(None, Role::DepartmentOperator).await.contains(&"sharing.need.reminded".to_owned()));
        world.pass(2 * DAY).await;
        assert!(world.waits(&world.head_of(&world.health)).await.contains(&"sharing.need.answer".to_owned()));
        world.pass(DAY).await;
        let business = world.business();
        assert_eq!(world.waits(&business).await, ["sharing.need.designate"]);
        let body = json!({"organisation_id": world.police.id, "reason": "属公安机关法定职责"});
        world.refused(&world.head_of(&world.police), &format!("{path}/designate"), body.clone(), (403, "actor.role")).await;
        let own = json!({"organisation_id": world.welfare.id, "reason": "自己找"});
        world.refused(&business, &format!("{path}/designate"), own, (403, "need.own")).await;
        let named = world.ok(&business, "POST", &format!("{path}/designate"), body).await;
        assert_eq!((&named["state"], &named["clock"]["escalation"]), (&json!("designated"), &json!(0)));
        assert!(world.waits(&business).await.is_empty());
        world.pass(50 * DAY).await;
        let late = world.get(&business, &path).await;
        assert_eq!((&late["clock"]["escalation"], &late["clock"]["overdue"]), (&json!(4), &json!(1)));
        assert_eq!(world.waits(&business).await, ["sharing.need.urge"]);
        let line = world.line(&business, &path).await;
        assert_eq!(line.iter().filter(|kind| *kind == "sharing.need.overdue").count(), 1, "{line:?}");
    }

    /// The board is for departments and overseers; it can be searched and filtered, and says what is wrong with an entry.
    async fn the_board(world: World) {
        posted(&world).await;
        let list = world.get(&world.operator_of(&world.health), "/api/v1/needs?q=养犬&state=open,committed").await;
        assert_eq!((&list["total"], &list["items"][0]["may"]), (&json!(1), &json!(["answer"])));
        assert_eq!(world.get(&world.clerk(), "/api/v1/needs?mine=true").await["total"], 0);
        assert_eq!(world.get(&world.role(Role::PlatformOperator), "/api/v1/needs").await["total"], 0);
        let (status, answer) = world.send(&world.clerk(), "GET", "/api/v1/needs?state=lost", &Value::Null).await;
        assert_eq!((status.as_u16(), code(&answer)), (400, "need.filter"));
        let bad = json!({"title": "", "description": "x", "elements": ["person.shoe_size"], "scenario": "", "basis": ""});
        let answer = world.refused(&world.asker(), "/api/v1/needs", bad, (422, "input.invalid")).await;
        assert_eq!(places(&answer), ["title", "scenario", "basis", "elements[0]"]);
    }
}
