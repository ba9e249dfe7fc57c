using System.Text;

namespace Tessera.Cli.Shipping;

/// <summary>Who may talk to whom in the cluster: what the list of processes says, and nothing else.</summary>
internal static class NetworkRules
{
    public const string NobodyElse = """
        # Nobody may talk to anybody, unless another policy says so.
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata:
          name: nobody-else
        spec:
          podSelector: {}
          policyTypes: [Ingress, Egress]
        ---
        # All may look up names.
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata:
          name: names
        spec:
          podSelector: {}
          policyTypes: [Egress]
          egress:
            - to: [{ namespaceSelector: {} }]
              ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]

        """;

    /// <summary>The world, and nothing of the cluster or the networks that it stands in: what the process itself
    /// refuses is refused here once more.</summary>
    private const string Outside = """
            - to:
                - ipBlock:
                    cidr: 0.0.0.0/0
                    except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
                - ipBlock: { cidr: 2000::/3 }

        """;

    public static string Of(ListedProcess process, IReadOnlyList<ListedProcess> all)
    {
        var text = new StringBuilder($$"""
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata:
              name: {{process.Name}}
              labels:
                app.kubernetes.io/part-of: tessera
            spec:
              podSelector:
                matchLabels:
                  app.kubernetes.io/name: {{process.Name}}
                  app.kubernetes.io/part-of: tessera
              policyTypes: [Ingress, Egress]
              ingress:

            """);
        var callers = all.Where(each => each.Calls.Contains(process.Name));
        foreach (var atPort in callers.GroupBy(process.PortFor))
        {
            text.Append("    - from:\n");
            foreach (var caller in atPort) text.Append(Pod(caller));
            text.Append(Port(atPort.Key));
        }
        // Whoever collects metrics stands in a namespace that is marked so.
        text.Append($$"""
                - from:
                    - namespaceSelector: { matchLabels: { tessera/monitoring: "yes" } }
                  ports: [{ protocol: TCP, port: {{(process.IsGateway ? process.Internal : process.Http1)}} }]
              egress:

            """);
        foreach (var called in all.Where(each => process.Calls.Contains(each.Name)))
            text.Append("    - to:\n").Append(Pod(called)).Append(Port(called.PortFor(process)));
        if (process.ReachesOutside) text.Append(Outside);
        return text.ToString();
    }

    private static string Pod(ListedProcess process) =>
        $"        - podSelector: {{ matchLabels: {{ app.kubernetes.io/name: {process.Name} }} }}\n";

    private static string Port(int port) => $"      ports: [{{ protocol: TCP, port: {port} }}]\n";
}
