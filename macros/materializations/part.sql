{#-
    materialized='part': a table whose rows of affected records (see is_affected) are replaced by
    those that the model selects, in one transaction; the others stay. `part_key` names the column
    that holds the record. The table has one column more than the model, `changed_at`: the run that
    made the row. The materialisations that work in rounds do the same for a model with a `part_key`.
-#}
{% materialization part, default %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {{ return({'relations': [put_rows(sql)]}) }}
{% endmaterialization %}
