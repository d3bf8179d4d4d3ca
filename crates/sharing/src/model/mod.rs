//! Types and rules of sharing. Pure: nothing here reads a database or a clock.

/// Declares an enumeration with a stable text form, the same in JSON and in the database, and its words.
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal $zh:literal $en:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+ }
        impl $name {
            /// Every value.
            pub const ALL: &[$name] = &[$($name::$variant,)+];
            /// Text form, as in JSON and in the database.
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $text,)+ } }
            /// Chinese words.
            pub fn zh(self) -> &'static str { match self { $(Self::$variant => $zh,)+ } }
            /// English words.
            pub fn en(self) -> &'static str { match self { $(Self::$variant => $en,)+ } }
            /// From the text form.
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some(Self::$variant),)+ _ => None } }
        }
    };
}

mod clock;
mod completion;
mod event;
mod gaps;
mod grant;
mod machine;
mod need;
mod request;
mod request_view;
pub mod return_flow;
mod scope;

pub use clock::{Clock, Ladder, Stage, Step};
pub use completion::{Completion, CompletionView};
pub use event::TimelineEvent;
pub use gaps::{Gap, GapInput, find_gaps};
pub use grant::{
    ClientLabel, ConditionView, FilterView, GiveBackInput, GrantInput, GrantState, GrantView, ItemView,
    KnownItem, LONGEST_VALIDITY_MS, PurposeView, RectificationInput, ShapeView, check,
};
pub use machine::{Act, Outcome, Progress, RequestState, Wrong};
pub use need::{
    AnswerInput, CloseInput, DesignateInput, LinkInput, NeedAnswer, NeedInput, NeedState, NeedView,
    check_need,
};
pub use request::{DecisionInput, ExtensionConsent, ExtensionInput, Method, NoticeInput, RequestInput};
pub use request_view::{ClockView, DecisionView, Extension, RequestAct, RequestView, Side};
pub use scope::{Difference, Scope, compare};

kernel::typed_ids! {
    /// A request for sharing (共享申请).
    RequestId = "request";
    /// A need for data that nobody lists yet (数据需求).
    NeedId = "need";
}
