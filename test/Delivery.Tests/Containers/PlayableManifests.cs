using System.Globalization;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>
/// The rendered overlay as far as <c>podman kube play</c> 4.3 can play it. Left out, because it skips or mistakes them:
/// Services (their names become addresses of this machine, for aliases are lost with the host's network), probes (HTTP
/// ones run curl inside of the container), hooks and grace, policies, service accounts, spreads. Jobs are played as the
/// pods that they would make. PostgreSQL and RabbitMQ are servers of this machine in place of their images, and the
/// pods have the host's network, with ports of their own.
/// </summary>
internal sealed partial class PlayableManifests(
    IReadOnlyList<object> rendered, IReadOnlyDictionary<int, int> ports, string secrets, string registry)
{
    private readonly V1ConfigMap _settings = rendered.OfType<V1ConfigMap>().Single();

    /// <summary>By the process that it is for: settings, claims and pod.</summary>
    public string Process(string name)
    {
        var deployment = rendered.OfType<V1Deployment>().Single(each => each.Metadata.Name == name);
        deployment.Spec.Replicas = 1;
        Play(deployment.Spec.Template.Spec, name);
        var claims = rendered.OfType<V1PersistentVolumeClaim>().Where(claim =>
            deployment.Spec.Template.Spec.Volumes.Any(
                volume => volume.PersistentVolumeClaim?.ClaimName == claim.Metadata.Name));
        return KubernetesYaml.SerializeAll([.. claims, Settings(), deployment]);
    }

    /// <summary>The pod of a migration's Job.</summary>
    public string Migration(string name)
    {
        var job = rendered.OfType<V1Job>().Single(each => each.Spec.Template.Spec.Containers[0].Name == name);
        Play(job.Spec.Template.Spec, name);
        return KubernetesYaml.SerializeAll([Settings(), new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta { Name = job.Metadata.Name, Labels = job.Spec.Template.Metadata.Labels },
            Spec = job.Spec.Template.Spec,
        }]);
    }

    /// <summary>With this machine instead of the services' names, and the ports of the test instead of the list's.
    /// </summary>
    private string Here(string text) => Port().Replace(
        ServiceName().Replace(text, "http://127.0.0.1:"),
        match => ports.TryGetValue(int.Parse(match.ValueSpan, CultureInfo.InvariantCulture), out var own)
            ? own.ToString(CultureInfo.InvariantCulture)
            : match.Value);

    public IReadOnlyDictionary<string, string> SettingsOf() =>
        _settings.Data.ToDictionary(setting => setting.Key, setting => Here(setting.Value));

    private V1ConfigMap Settings() => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = new V1ObjectMeta { Name = _settings.Metadata.Name },
        Data = SettingsOf().ToDictionary(),
    };

    private void Play(V1PodSpec pod, string name)
    {
        pod.HostNetwork = true;
        pod.TopologySpreadConstraints = null;
        pod.ServiceAccountName = null;
        pod.TerminationGracePeriodSeconds = null;
        foreach (var volume in pod.Volumes.Where(volume => volume.Secret is not null))
        {
            volume.Secret = null;
            volume.HostPath = new V1HostPathVolumeSource { Path = Path.Combine(secrets, name), Type = "Directory" };
        }
        var container = pod.Containers.Single();
        container.Image = $"{registry}/{container.Image}";
        container.LivenessProbe = container.ReadinessProbe = container.StartupProbe = null;
        container.Lifecycle = null;
        container.Ports = null;
        container.Resources = null;
        foreach (var variable in container.Env ?? []) variable.Value = Here(variable.Value);
    }

    [GeneratedRegex("http://[a-z]+:")]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"(?<=:)\d{4}\b")]
    private static partial Regex Port();
}
