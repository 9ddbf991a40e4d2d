{{ compare_records(ref('int_candidate_pairs')) }}
