using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.ServiceDefaults;

namespace Tessera.Services.Tests;

/// <summary>Every operation of every service with every kind of token: at the gateway, and at the service's own port,
/// since whoever is inside the network gets nothing for free.</summary>
[Collection(nameof(EveryService))]
public sealed class EveryTokenTests(EveryService services)
{
    [Theory]
    [MemberData(nameof(LoneService.Names), MemberType = typeof(LoneService))]
    public async Task Each_operation_opens_to_those_of_its_row_and_to_nobody_else(string name)
    {
        await using var service = await services.AtItsPortAsync(name);
        await CheckAsync(name, service);
    }

    [Theory]
    [MemberData(nameof(LoneService.Names), MemberType = typeof(LoneService))]
    public async Task Each_operation_opens_at_the_gateway_to_those_of_its_row_and_to_nobody_else(string name)
    {
        await using var service = await services.AtTheGatewayAsync(name);
        await CheckAsync(name, service);
    }

    /// <summary>It is the token server's, and in no document.</summary>
    [Fact]
    public async Task Tells_of_a_person_to_no_token_that_is_good_for_nothing()
    {
        var faults = new List<string>();
        await using var atItsPort = await services.AtItsPortAsync("Users");
        await using var atTheGateway = await services.AtTheGatewayAsync("Users");
        foreach (var service in new[] { atItsPort, atTheGateway })
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(service, "GET", service.Customer)); // So it is the tokens.
            var person = Guid.Parse(new JsonWebToken(service.Customer).Subject);
            foreach (var (kind, token) in TokenKinds.Bad(service.Tokens, service.Revoked, person))
            {
                foreach (var method in new[] { "GET", "POST" })
                {
                    var status = await AskAsync(service, method, token);
                    if (status != HttpStatusCode.Unauthorized) faults.Add($"{method} with a token {kind}: {status}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));

        static async Task<HttpStatusCode> AskAsync(LoneService service, string method, string token)
        {
            var form = method == "POST" ? "" : null;
            using var answer = await service.SendAsync(
                new Call(method, "/connect/userinfo", form, "application/x-www-form-urlencoded"), token);
            return answer.StatusCode;
        }
    }

    private static async Task CheckAsync(string name, LoneService service)
    {
        var operations = await service.OperationsAsync();
        var rows = Access.Of(name);
        // An operation without a row, or a row without an operation, is a mistake here or there.
        Assert.Equal(rows.Keys.Order(StringComparer.Ordinal),
            operations.Select(operation => operation.Name).Order(StringComparer.Ordinal));

        var faults = new List<string>();
        foreach (var operation in operations.OrderBy(operation => operation.Name == "DELETE /users/me"))
        {
            var row = rows[operation.Name];
            var (who, scope) = row;
            if (operation.NeedsToken == (who == Who.Anyone)) faults.Add($"{operation}: its document says otherwise");
            foreach (var (kind, token, expected) in Expectations(service, who, scope))
            {
                using var answer = await service.SendAsync(operation.With(null, ""), token);
                var status = (int)answer.StatusCode;
                var isAnswered = IsAnsweredByTheOperation(status) || (row.AsksOthers && status == 503);
                if (isAnswered ? expected == 200 : status == expected) continue;
                faults.Add($"{operation} with a token {kind}: {status}, expected {expected}\n" +
                    await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    // 400 would say that the request itself is none, and nothing of who may send it.
    private static bool IsAnsweredByTheOperation(int status) => status is not (400 or 401 or 403 or >= 500);

    /// <summary>200 stands for whatever the operation itself answers.</summary>
    private static IEnumerable<(string Kind, string Token, int Expected)> Expectations(
        LoneService service, Who who, string scope)
    {
        foreach (var (kind, token) in TokenKinds.Bad(service.Tokens, service.Revoked))
            yield return (kind, token, who == Who.Anyone ? 200 : 401);
        yield return ("of an operator", service.Operator, who is Who.Customers or Who.Machines ? 403 : 200);
        var isOfCustomers = who is not (Who.Operators or Who.Machines);
        yield return ("of a customer", service.Customer, isOfCustomers ? 200 : 403);
        yield return ("of another customer", service.Tokens.Customer(Guid.NewGuid()), isOfCustomers ? 200 : 403);
        var without = who == Who.Anyone ? 200 : 403;
        foreach (var role in new[] { "service", "Operator", "" })
            yield return ($"of the role '{role}'", service.Tokens.Issue(Guid.NewGuid(), role), without);
        yield return ("of a machine without scope", service.Tokens.Machine(), without);
        yield return (
            "of a machine with all scopes but this", service.Tokens.Machine([.. Scopes.All.Except([scope])]), without);
        yield return ("of a machine with the scope", service.Tokens.Machine(scope),
            who is Who.Customers or Who.People ? 403 : 200);
        foreach (var role in new[] { "customer", "operator" })
        {
            yield return ($"of the role {role} without scope", service.Tokens.Issue(
                Guid.NewGuid(), role, token => token.Claims["scope"] = "openid"), without);
        }
    }
}
