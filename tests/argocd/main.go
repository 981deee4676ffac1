// Command argocd-order prints, as JSON, what Argo CD makes of directories of manifests: the objects
// as its repo server reads them, what is a hook and what is tracked, and the order of a sync.
//
// Reading follows findManifests, getPotentiallyValidManifestFile and getObjsFromYAMLOrJSON in
// reposerver/repository/repository.go of Argo CD v3.6.1 for a directory source without `recurse`;
// ordering is the engine's own code (see engine.json).
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
)

const skipFileRenderingMarker = "+argocd:skip-file-rendering"

var manifestFile = regexp.MustCompile(`^.*\.(yaml|yml|json|jsonnet)$`)

// otherTools make Argo CD take the directory for something else (util/app/discovery/discovery.go,
// util/kustomize/kustomize.go: KustomizationNames).
var otherTools = []string{"Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"}

type object struct {
	File   string         `json:"file"`
	Role   string         `json:"role"`
	Object map[string]any `json:"object"`
}

type answer struct {
	Objects []object    `json:"objects"`
	Tasks   []sync.Task `json:"tasks"`
	// WithoutHooks is the order of a selective sync, of self-heal and of a rollback.
	WithoutHooks []sync.Task `json:"withoutHooks"`
	Skipped      []string    `json:"skipped"`
}

func main() {
	namespace := flag.String("namespace", "default", "the application's destination namespace")
	flag.Parse()
	found, err := read(flag.Args(), *namespace)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(found); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// read takes each directory for one source of the application, in this order.
func read(directories []string, namespace string) (*answer, error) {
	found := &answer{Objects: []object{}, Skipped: []string{}}
	targets := []*unstructured.Unstructured{}
	for _, directory := range directories {
		entries, err := os.ReadDir(directory)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if entry.IsDir() {
				continue
			}
			if slices.Contains(otherTools, entry.Name()) {
				return nil, fmt.Errorf("%s/%s: not a directory application", directory, entry.Name())
			}
			if !manifestFile.MatchString(entry.Name()) {
				continue
			}
			path := filepath.Join(directory, entry.Name())
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			if bytes.Contains(text, []byte(skipFileRenderingMarker)) {
				found.Skipped = append(found.Skipped, path)
				continue
			}
			objects, err := parse(entry.Name(), text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			for _, each := range objects {
				targets = append(targets, each)
				found.Objects = append(found.Objects, object{File: path, Role: sync.Role(each), Object: each.Object})
			}
		}
	}
	found.Tasks = sync.Order(targets, namespace, false)
	found.WithoutHooks = sync.Order(targets, namespace, true)
	return found, nil
}

func parse(name string, text []byte) ([]*unstructured.Unstructured, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if strings.HasSuffix(name, ".jsonnet") {
		return nil, errors.New("jsonnet is not read here")
	}
	if strings.HasSuffix(name, ".json") {
		var single unstructured.Unstructured
		decoder := json.NewDecoder(bytes.NewReader(text))
		if err := decoder.Decode(&single); err != nil {
			return nil, err
		}
		if decoder.More() {
			return nil, errors.New("found multiple objects, only single objects are allowed in JSON files")
		}
		return []*unstructured.Unstructured{&single}, nil
	}
	objects, err := splitYAMLOrJSON(bytes.NewReader(text))
	if err != nil {
		looksLikeOne := bytes.Contains(text, []byte("apiVersion:")) &&
			bytes.Contains(text, []byte("kind:")) &&
			bytes.Contains(text, []byte("metadata:"))
		if len(objects) > 0 || looksLikeOne {
			return nil, err
		}
	}
	return objects, nil
}

func splitYAMLOrJSON(reader io.Reader) ([]*unstructured.Unstructured, error) {
	d := kubeyaml.NewYAMLOrJSONDecoder(reader, 4096)
	var objs []*unstructured.Unstructured
	for {
		u := &unstructured.Unstructured{}
		if err := d.Decode(&u); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return objs, fmt.Errorf("failed to unmarshal manifest: %w", err)
		}
		if u == nil {
			continue
		}
		objs = append(objs, u)
	}
	return objs, nil
}
