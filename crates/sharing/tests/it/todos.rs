//! What waits for whom, at each step of the road.

use serde_json::{Value, json};

use crate::world::{World, on_both};

on_both! {
    /// Each step waits for exactly the person who has to take it, with its page and its clock, and for nobody else.
    async fn each_step_waits_for_one(world: World) {
        let (asker, boss) = (world.asker(), world.head_of(&world.welfare));
        let (clerk, head) = (world.clerk(), world.head_of(&world.police));
        let everyone = [&asker, &boss, &clerk, &head];
        let waits = async |kinds: [&str; 4]| {
            for (actor, kind) in everyone.iter().zip(kinds) {
                let found = world.waits(actor).await;
                let expected: Vec<&str> = if kind.is_empty() { vec![] } else { vec![kind] };
                assert_eq!(found, expected, "{actor:?}");
            }
            for stranger in [world.head_of(&world.health), world.operator_of(&world.health), world.business()] {
                assert!(world.waits(&stranger).await.is_empty(), "{stranger:?}");
            }
        };
        let request = world.draft(world.body()).await;
        waits(["sharing.request.draft", "", "", ""]).await;
        world.act(&asker, &request, "submit", Value::Null).await;
        waits(["", "sharing.request.sign", "", ""]).await;
        world.act(&boss, &request, "sign", Value::Null).await;
        waits(["", "", "sharing.request.check", ""]).await;
        let todo = world.todos(&clerk).await.remove(0);
        assert_eq!((todo.title.as_str(), todo.organisation.as_deref()), ("常住人口信息", Some("滨江区民政局")));
        assert_eq!(todo.link, format!("/requests/{request}"));
        assert_eq!(Some(todo.due_ms.unwrap()), world.seen(&clerk, &request).await["clock"]["due_ms"].as_i64());
        world.act(&clerk, &request, "gaps", json!({"gaps": [{"text": "请附文件"}]})).await;
        waits(["sharing.request.complete", "", "", ""]).await;
        world.act(&asker, &request, "complete", Value::Null).await;
        world.act(&boss, &request, "sign", Value::Null).await;
        world.act(&clerk, &request, "accept", Value::Null).await;
        waits(["", "", "sharing.request.decide", ""]).await;
        world.act(&clerk, &request, "decision", json!({"outcome": "approve"})).await;
        waits(["", "", "", "sharing.request.sign_decision"]).await;
        let approved = world.act(&head, &request, "decision/sign", Value::Null).await;
        waits(["", "", "sharing.request.deliver", ""]).await;
        world.pin(approved["grant_id"].as_str().unwrap()).await;
        waits(["", "", "", ""]).await;
    }
}
