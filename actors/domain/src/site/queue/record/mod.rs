//! What the queue keeps.

mod batch;
mod pace;
mod pause;
mod priority;
mod setting;
mod task;

pub use batch::{Batch, BatchCounts, BatchStatus};
pub use pace::{Pace, Share};
pub use pause::{Pause, PauseReason, PauseScope, QueuePause};
pub use priority::Priority;
pub use setting::{KindSettings, ModelLimit, QueueSettings, Rate};
pub use task::{
    Failure, FailureClass, Fault, GivenAnswer, HeldUp, Instruction, Task, TaskInput, TaskKind,
    TaskStatus, Unique,
};
