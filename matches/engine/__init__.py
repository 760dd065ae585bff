"""What happens in a match, as pure code: (state, inputs, match time) in, (state, events, outcomes) out."""
