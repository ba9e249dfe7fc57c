using Xunit;

namespace Tessera.Repo.Tests;

public sealed class DomainTests
{
    [Fact]
    public void Domain_files_use_no_framework() =>
        Assert.Empty(DomainRules.Files.SelectMany(path => DomainRules.Violations(path, Repository.Read(path))));

    [Theory]
    [InlineData("using Microsoft.AspNetCore.Http;")]
    [InlineData("using Tessera.Messaging;")]
    [InlineData("public sealed class Order(Npgsql.NpgsqlConnection connection);")]
    [InlineData("using System.Text;\nusing Dapper;")]
    public void Catches_a_domain_file_that_uses_a_framework(string code) =>
        Assert.NotEmpty(DomainRules.Violations("Order.cs", code));

    [Fact]
    public void Accepts_a_domain_file_of_system_and_contracts() =>
        Assert.Empty(DomainRules.Violations(
            "Order.cs", "using System.Collections.Immutable;\nusing Tessera.Orders.Contracts;\n"));
}
