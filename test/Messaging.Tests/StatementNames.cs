using Tessera.Messaging.Store;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class StatementNames
{
    [Theory]
    [InlineData("select id from orders where id = $1", "SELECT orders")]
    [InlineData("SELECT 1", "SELECT")]
    [InlineData("  insert into msg_outbox (id) values ($1)", "INSERT msg_outbox")]
    [InlineData("INSERT OR IGNORE INTO msg_inbox VALUES ($1)", "INSERT msg_inbox")]
    [InlineData("insert into a (x) values ($1) on conflict (x) do update set x = 2", "INSERT a")]
    [InlineData("update orders set state = $1 where id = (select id from other)", "UPDATE orders")]
    [InlineData("delete from only msg_timers where due < $1", "DELETE msg_timers")]
    [InlineData("select * from stock for update", "SELECT stock")]
    [InlineData("select * from stock for update of stock skip locked", "SELECT stock")]
    [InlineData("with due as (select id from x) delete from msg_timers using due returning id", "DELETE msg_timers")]
    [InlineData("select updated from \"Accounts\"", "SELECT Accounts")]
    [InlineData("PRAGMA query_only = ON", "PRAGMA")]
    [InlineData("", "SQL")]
    public void A_statement_is_called_by_its_operation_and_the_table_it_is_about(string sql, string name) =>
        Assert.Equal(name, StatementName.Of(sql));

    [Fact]
    public void Several_are_called_by_each_once_and_never_longer_than_a_name_may_be()
    {
        Assert.Equal(
            "INSERT a; UPDATE b",
            StatementName.Of(["insert into a values ($1)", "update b set c = 1", "insert into a values ($1)"]));
        var many = Enumerable.Range(0, 100).Select(number => $"select 1 from table_{number}");
        Assert.Equal(StatementName.LengthMax, StatementName.Of(many).Length);
    }

    [Fact]
    public void No_value_becomes_part_of_a_name() =>
        Assert.DoesNotContain("secret", StatementName.Of("select name from users where mail = 'secret@example.org'"));
}
