using System.Text.Json;
using System.Text.Json.Nodes;
using Tessera.MessagingDefaults;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>What the world hears is a contract as what services hear is: kept beside it, and no less careful of those
/// who read it.</summary>
internal sealed class DescribePublicEvents : IDescribeService
{
    public void Describe(JsonObject description)
    {
        var events = description["events"]!.AsArray();
        foreach (var type in PublicTypes.All.Append(PublicTypes.Test))
        {
            events.Add(new JsonObject
            {
                ["type"] = type.Name,
                ["stream"] = "webhooks",
                ["source"] = "/tessera/webhooks",
                ["key"] = type.Key,
                ["partitions"] = 1,
                ["schema"] = EventSchemas.Of(
                    typeof(PublicEvent<>).MakeGenericType(type.Data), JsonSerializerOptions.Web),
            });
        }
    }
}
