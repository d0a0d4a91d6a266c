//! Files over HTTP: what the server answers to browsers, to curl and to those who don't speak HTTP, and downloads.

mod asking;
mod conditions;
mod downloading;
mod patience;
mod ranges;
mod refusing;
mod serving;
