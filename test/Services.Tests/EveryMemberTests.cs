using System.Net;
using System.Text.Json.Nodes;

namespace Tessera.Services.Tests;

/// <summary>Members that the shape of a body does not name are refused, in every object of it: who sends
/// <c>"role": "operator"</c> along is told so, instead of being believed or passed over.</summary>
[Collection(nameof(EveryService))]
public sealed class EveryMemberTests(EveryService services)
{
    private static readonly string[] wished =
        ["role", "id", "buyer", "isOperator", "state", "totalMinor", "version", "__proto__", "$type"];

    [Theory]
    [InlineData("Baskets")]
    [InlineData("Catalog")]
    [InlineData("Inventory")]
    [InlineData("Orders")]
    [InlineData("Users")]
    [InlineData("Webhooks")]
    public async Task No_object_of_a_body_takes_a_member_that_it_does_not_have(string name)
    {
        await using var service = await services.AtTheGatewayAsync(name);
        var faults = new List<string>();
        var asked = 0;
        foreach (var operation in await service.OperationsAsync())
        {
            if (operation.With(null, "").Body is not { } body) continue;
            foreach (var member in wished)
            {
                foreach (var changed in WithMember(body, member))
                {
                    asked++;
                    var call = operation.With(null, "") with { Body = changed };
                    var token = Access.Of(name)[operation.Name].Who == Who.Operators
                        ? service.Operator
                        : service.Customer;
                    using var answer = await service.SendAsync(call, token);
                    if (answer.StatusCode == HttpStatusCode.BadRequest) continue;
                    faults.Add($"{operation} {changed}: {(int)answer.StatusCode}");
                }
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.NotEqual(0, asked);
    }

    /// <summary>The body once for each of its objects that has no such member, with it there.</summary>
    private static IEnumerable<string> WithMember(string body, string member)
    {
        for (var number = 0; ; number++)
        {
            var copy = JsonNode.Parse(body);
            var objects = Objects(copy).ToArray();
            if (number == objects.Length) yield break;
            if (objects[number].ContainsKey(member) || objects[number].ContainsKey(Schema.OpenMember)) continue;
            objects[number][member] = "operator";
            yield return copy!.ToJsonString();
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject one => one.Select(member => member.Value).SelectMany(Objects).Prepend(one),
        JsonArray many => many.SelectMany(Objects),
        _ => [],
    };
}
