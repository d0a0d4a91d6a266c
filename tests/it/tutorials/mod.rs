//! Every program of the tutorials: the lab files of `assets/labs/`, and the lab at either end of the Python programs.

mod addresses;
mod auto_reply;
mod chat;
mod datagrams;
mod examples;
mod files;
mod gbk;
mod labs;
mod one_shot;
mod page;
mod reporting;
mod room;
mod telephone;
