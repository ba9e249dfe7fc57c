using Microsoft.Extensions.Configuration;

namespace Tessera.MessagingDefaults.Tests;

public sealed class BackendsTests
{
    private static Backends Read(params (string Key, string Value)[] settings) => Backends.Read(
        new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))).Build(),
        "orders");

    [Fact]
    public void Keeps_each_service_s_data_in_its_own_file_unless_told_otherwise()
    {
        Assert.Equal(Path.Combine("somewhere", "orders", "orders.db"),
            Read(("Tessera:DataDirectory", "somewhere")).Database.ToString());
        Assert.Equal("other.db", Read(("Database:File", "other.db")).Database.ToString());
    }

    [Theory]
    [InlineData("Database:Engine", "oracle")]
    [InlineData("Messaging:Broker", "carrier-pigeon")]
    public void Names_the_key_of_a_backend_it_does_not_know(string key, string value)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Read((key, value)));
        Assert.Contains($"{key} is '{value}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Asks_for_the_address_of_postgres()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Read(("Database:Engine", "postgres")));
        Assert.Contains("Database:ConnectionString", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_no_password()
    {
        const string address = "Host=db;Database=orders;Username=o;Password=hush";
        var database = Read(("Database:Engine", "postgres"), ("Database:ConnectionString", address)).Database;
        Assert.Equal("db:5432/orders", database.ToString());
    }

    [Theory]
    [InlineData("Users", "sqlite")]
    [InlineData("Users", "postgres")]
    public void Finds_the_schema_of_a_service_in_order(string service, string engine)
    {
        var scripts = SchemaScripts.Of(System.Reflection.Assembly.Load("Tessera." + service), engine)
            .Select(script => script.Name).ToList();
        Assert.Equal("0001-accounts.sql", scripts[0]);
        Assert.Equal(scripts.Order(StringComparer.Ordinal), scripts);
        // Two of one number would run in the order of their names, whichever was written first.
        Assert.Distinct(scripts.Select(script => script[..4]));
    }
}
