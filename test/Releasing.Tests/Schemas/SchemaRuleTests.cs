using Tessera.Releasing.Comparing;
using Tessera.Releasing.Schemas;

namespace Tessera.Releasing.Tests.Schemas;

public sealed class SchemaRuleTests
{
    public static TheoryData<string, string, string> Samples()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var (rule, caught, passes) in SchemaRuleSamples.All) rows.Add(rule, caught, passes);
        return rows;
    }

    [Theory, MemberData(nameof(Samples))]
    public void Catches_what_the_version_before_cannot_live_with(string rule, string caught, string passes)
    {
        Assert.Contains(rule, Rules(caught));
        Assert.DoesNotContain(rule, Rules(passes));
    }

    [Fact]
    public void Has_a_sample_for_each_rule() => Assert.Equal(
        SchemaRule.All.Select(rule => rule.Name).Order(StringComparer.Ordinal),
        SchemaRuleSamples.All.Select(sample => sample.Rule).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Says_the_two_steps_and_how_to_accept_it_in_one_line()
    {
        var breach = Assert.Single(Check("alter table orders drop column note;"));
        Assert.Contains("let one release stop using it and drop it in the next", breach.Sentence,
            StringComparison.Ordinal);
        Assert.Contains("-- accepts drop-column: …", breach.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', breach.ToString());
    }

    [Fact]
    public void Lets_pass_what_the_file_accepts_with_a_reason() =>
        Assert.Empty(Rules(
            "-- accepts drop-column: nothing has read it since version 1.2.\nalter table a drop column b;"));

    [Theory]
    [InlineData("-- accepts drop-column: fine\nalter table a drop column b;", "accepts-without-reason")]
    [InlineData("-- accepts truncate: nothing has read it since version 1.2.\ncreate table a (b int);",
        "accepts-nothing")]
    [InlineData("-- accepts truncate: nothing has read it since version 1.2.\nalter table a drop column b;",
        "drop-column")]
    public void Catches_an_acceptance_without_a_reason_or_without_need(string sql, string rule) =>
        Assert.Contains(rule, Rules(sql));

    [Fact]
    public void Looks_neither_into_comments_nor_into_texts() => Assert.Empty(Rules(
        "-- drop table orders;\ninsert into steps (name) values ('drop table orders; truncate orders');"));

    [Fact]
    public void Asks_nothing_of_sqlite_that_only_many_writers_need()
    {
        const string index = "create index orders_by_note on orders (note);";
        Assert.Empty(CheckSchema.Breaches([SchemaFile.At("0002-a.sqlite.sql", index)]));
        Assert.NotEmpty(CheckSchema.Breaches([SchemaFile.At("0002-a.postgres.sql", index)]));
        Assert.NotEmpty(CheckSchema.Breaches([SchemaFile.At("0002-a.sqlite.sql", "alter table a drop column b;")]));
    }

    [Fact]
    public void Catches_an_index_that_is_to_be_built_concurrently_within_a_transaction()
    {
        const string index = "create index concurrently orders_by_note on orders (note);";
        Assert.Contains("concurrently-in-transaction", Rules(index));
        Assert.Empty(Rules("-- outside a transaction: the table is big.\n" + index));
    }

    [Fact]
    public void Lets_a_table_change_that_no_release_has_had()
    {
        SchemaFile[] files =
        [
            SchemaFile.At("0001-a.sql", "create table a (b int);"),
            SchemaFile.At("0002-c.sql", "create table c (d int, e int);"),
            SchemaFile.At("0003-c.sql", "alter table c drop column e;"),
        ];
        Assert.Empty(CheckSchema.Breaches(files, new Dictionary<string, string> { ["0001-a.sql"] = files[0].Digest }));
        Assert.NotEmpty(CheckSchema.Breaches(
            files, files[..2].ToDictionary(file => file.Name, file => file.Digest)));
    }

    [Theory]
    [InlineData("0001-a.sql", "create table if not exists", "0002-a.sql", true)]
    [InlineData("0001-a.sql", "create table if not exists", "0002-a.postgres.sql", true)]
    [InlineData("0001-a.postgres.sql", "create table if not exists", "0001-a.sqlite.sql", false)]
    [InlineData("0001-b.sql", "create table", "0002-a.sql", false)]
    public void A_table_that_is_made_only_where_it_is_missing_is_new_only_where_no_earlier_file_has_made_it(
        string earlier, string makes, string name, bool isCaught)
    {
        SchemaFile[] files =
        [
            SchemaFile.At(earlier, $"create table {earlier[5]} (b int, c int);"),
            SchemaFile.At(name, $"{makes} a (b int, c int); alter table a drop column c;"),
        ];
        Assert.Equal(isCaught ? ["drop-column"] : [], CheckSchema.Breaches(files).Select(breach => breach.Rule));
    }

    [Fact]
    public void Catches_a_released_file_that_does_something_else_or_is_gone()
    {
        var was = SchemaFile.At("0001-a.sql", "create table a (b int);");
        var released = new Dictionary<string, string> { [was.Name] = was.Digest };
        Assert.Empty(CheckSchema.Breaches([was with { Sql = "-- A word more.\ncreate table a\n(b int);" }], released));
        Assert.Single(CheckSchema.Breaches([was with { Sql = "create table a (b text);" }], released));
        Assert.Single(CheckSchema.Breaches([], released));
    }

    private static IEnumerable<string> Rules(string sql) => Check(sql).Select(breach => breach.Rule);

    private static IEnumerable<Breach> Check(string sql) =>
        CheckSchema.Breaches([SchemaFile.At("0002-sample.postgres.sql", sql)]);
}
